// The process that holds a pod's namespaces on the node that the test harness starts.
module flashback-ai-gateway/test/cluster/harness/go/pause

go 1.26.0
