-- What wrk sends and checks; see load.py. Prints one line of JSON.

local first, last = tonumber(os.getenv("BENCH_FIRST")), tonumber(os.getenv("BENCH_LAST"))
local number = tonumber(os.getenv("BENCH_BEGIN"))
local body, marker = os.getenv("BENCH_BODY"), os.getenv("BENCH_MARKER")
local threads = {}
wrong = 0

function setup(thread)
  table.insert(threads, thread)
end

function init()
  math.randomseed(number)
end

function request()
  number = number + 1
  local address = string.format(
    "10.%d.%d.%d", 200 + math.floor(number / 65536), math.floor(number / 256) % 256, number % 256)
  local values = {ID = math.random(first, last), NUMBER = number, ADDRESS = address}
  return wrk.format("POST", nil, nil, (body:gsub("@(%u+)", values)))
end

function response(status, _, text)
  if status ~= 200 or not text:find(marker, 1, true) or text:find("<error", 1, true) then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local errors = summary.errors
  local bad = errors.connect + errors.read + errors.write + errors.timeout
  for _, thread in ipairs(threads) do
    bad = bad + thread:get("wrong")
  end
  io.write(string.format(
    '{"calls": %d, "rate": %.3f, "p50_ms": %.4f, "p99_ms": %.4f, "longest_ms": %.4f, "wrong": %d}\n',
    summary.requests, summary.requests * 1e6 / summary.duration, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, latency.max / 1000, bad))
end
