-- Registers another person with each request, at one of the first SESSIONS sessions in turn; ROUND keeps rounds apart.
local sessions = tonumber(os.getenv("SESSIONS"))
local round = os.getenv("ROUND")
local first = os.getenv("FIRST") or "s"
local number = 0
local head = { ["Content-Type"] = "application/json" }

request = function()
  number = number + 1
  head["Idempotency-Key"] = "bench-" .. round .. "-" .. number
  local body = string.format(
    '{"session":"%s%d","email":"p%d-%s@library.example","name":"Ada Lovelace","job_title":"Director",' ..
    '"library":{"name":"Springfield Public Library","type":"public","community_size":"urban","state":"IL","country":"US"}}',
    first, number % sessions, number, round)
  return wrk.format("POST", nil, head, body)
end
