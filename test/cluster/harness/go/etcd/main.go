// etcd as a single binary, built from its own modules, for machines that can reach a Go module proxy but no archive of binaries.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
