-- Health of AIPolicy in Argo CD: kstatus, as status.observedGeneration and the conditions Stalled, Reconciling and Ready tell it.
local health = { status = "Progressing", message = "the operator has not seen this generation yet" }
if obj.metadata.deletionTimestamp ~= nil then
  health.message = "it is being deleted"
  return health
end
if obj.status == nil or obj.status.conditions == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return health
end
local found = {}
for _, condition in ipairs(obj.status.conditions) do
  found[condition.type] = condition
end
local function is(name, status)
  return found[name] ~= nil and found[name].status == status
end
if found.Ready ~= nil then
  health.message = found.Ready.message
end
if is("Stalled", "True") then
  health.status = "Degraded"
elseif is("Reconciling", "True") then
  health.status = "Progressing"
elseif is("Ready", "True") then
  health.status = "Healthy"
elseif is("Ready", "False") then
  health.status = "Degraded"
end
return health
