-- Decides a batch of operations in one step, so that no replica ever sees a limit half applied.
-- ARGV[1]: JSON list of operations (see script.py). Reply: JSON list of as many answers.
-- Keys follow from tenant ids inside the batch, so this needs one Redis (or a Sentinel set), not a Redis Cluster.
-- Time is this server's: replicas with wrong clocks agree all the same.

local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) -- milliseconds
local MINUTE = 60000

local function bucket_key(tenant, scope) return "limits:" .. tenant .. ":" .. scope end
local function lease_key(tenant, scope) return "leases:" .. tenant .. ":" .. scope end
local function budget_key(tenant, period) return "budget:" .. tenant .. ":" .. period end

-- What is left in a bucket of `limit` per minute that held `level` at the time `at`.
local function refilled(level, limit, at)
  if limit < 0 then return 0 end
  if not level then return limit end
  local elapsed = math.max(0, now - at) -- a clock that jumped back gives nothing and takes nothing
  return math.min(limit, tonumber(level) + elapsed * limit / MINUTE)
end

local function milliseconds_until(wanted, level, limit)
  if level >= wanted then return 0 end
  if limit <= 0 then return MINUTE end
  return math.ceil((wanted - level) * MINUTE / limit)
end

-- What Redis holds about a scope, read once for the whole batch and written back by save_scopes.
local scopes_by_key = {}
local function load_scope(tenant, scope)
  local name, rpm, tpm, concurrency = scope[1], scope[2], scope[3], scope[4]
  local key = bucket_key(tenant, name)
  local loaded = scopes_by_key[key]
  if loaded then return loaded end
  local state = redis.call("HMGET", key, "requests", "tokens", "at")
  local at = tonumber(state[3] or now)
  loaded = {
    name = name, rpm = rpm, tpm = tpm, concurrency = concurrency, leases = lease_key(tenant, name), lease_ms = 0,
    requests = refilled(state[1], rpm, at), tokens = refilled(state[2], tpm, at), running = 0,
  }
  if concurrency >= 0 then
    redis.call("ZREMRANGEBYSCORE", loaded.leases, "-inf", now)
    loaded.running = redis.call("ZCARD", loaded.leases)
  end
  scopes_by_key[key] = loaded
  return loaded
end

local function save_scopes()
  for key, scope in pairs(scopes_by_key) do
    if scope.rpm >= 0 or scope.tpm >= 0 then
      redis.call("HSET", key, "requests", scope.requests, "tokens", scope.tokens, "at", now)
      local full = math.max(
        milliseconds_until(scope.rpm, scope.requests, scope.rpm), milliseconds_until(scope.tpm, scope.tokens, scope.tpm))
      redis.call("PEXPIRE", key, full + 1000) -- a full bucket is the same as none
    end
    if scope.lease_ms > 0 then redis.call("PEXPIRE", scope.leases, scope.lease_ms) end
  end
end

local function refusal(scope, tokens)
  if scope.rpm >= 0 and scope.requests < 1 then
    return "requests", milliseconds_until(1, scope.requests, scope.rpm)
  end
  if scope.tpm >= 0 and tokens > scope.tpm then return "size", -1 end
  if scope.tpm >= 0 and scope.tokens < tokens then
    return "tokens", milliseconds_until(tokens, scope.tokens, scope.tpm)
  end
  if scope.concurrency >= 0 and scope.running >= scope.concurrency then return "concurrency", 1000 end
  return nil
end

local function levels(scopes)
  local answer = {}
  for index, scope in ipairs(scopes) do
    answer[index] = { scope.rpm, math.floor(scope.requests), milliseconds_until(scope.rpm, scope.requests, scope.rpm),
      scope.tpm, math.floor(scope.tokens), milliseconds_until(scope.tpm, scope.tokens, scope.tpm) }
  end
  return answer
end

-- budget: { period, tokens, milliseconds to its end, tokens spent before (or -1: not known) }
local function check_budget(tenant, budget, tokens)
  local key = budget_key(tenant, budget[1])
  local spent = tonumber(redis.call("GET", key))
  if not spent then
    if budget[4] < 0 then return "unknown budget", 0 end
    spent = budget[4]
    -- Counted again from the usage table after this time, which repairs what a lost Redis forgot.
    redis.call("SET", key, spent, "PX", 300000)
  end
  if spent + tokens > budget[2] then return "budget", budget[3] end
  return nil
end

-- { "reserve", tenant, lease, lease milliseconds, tokens, scopes, budget or false }
local function reserve(tenant, lease, lease_ms, tokens, wanted, budget)
  local scopes = {}
  for index, scope in ipairs(wanted) do scopes[index] = load_scope(tenant, scope) end
  for _, scope in ipairs(scopes) do
    local reason, wait = refusal(scope, tokens)
    if reason then return { reason, scope.name, wait, levels(scopes) } end
  end
  if budget then
    local reason, wait = check_budget(tenant, budget, tokens)
    if reason then return { reason, "*", wait, levels(scopes) } end
    redis.call("INCRBY", budget_key(tenant, budget[1]), tokens)
  end
  for _, scope in ipairs(scopes) do
    if scope.rpm >= 0 then scope.requests = scope.requests - 1 end
    if scope.tpm >= 0 then scope.tokens = scope.tokens - tokens end
    if scope.concurrency >= 0 then
      redis.call("ZADD", scope.leases, now + lease_ms, lease)
      scope.running = scope.running + 1
      scope.lease_ms = lease_ms
    end
  end
  return { "reserved", "", 0, levels(scopes) }
end

-- { "settle", tenant, lease, 0, tokens to give back (negative: to take), scopes, budget or false }
local function settle(tenant, lease, _, tokens, wanted, budget)
  for _, limits in ipairs(wanted) do
    local scope = load_scope(tenant, limits)
    if scope.concurrency >= 0 then scope.running = scope.running - redis.call("ZREM", scope.leases, lease) end
    if scope.tpm >= 0 then scope.tokens = math.min(scope.tpm, scope.tokens + tokens) end
  end
  if budget and tokens ~= 0 and redis.call("EXISTS", budget_key(tenant, budget[1])) == 1 then
    redis.call("DECRBY", budget_key(tenant, budget[1]), tokens)
  end
  return { "settled", "", 0, {} }
end

-- { "renew", tenant, lease, lease milliseconds, 0, scopes, false }
local function renew(tenant, lease, lease_ms, _, wanted)
  for _, limits in ipairs(wanted) do
    local scope = load_scope(tenant, limits)
    if scope.concurrency >= 0 then
      redis.call("ZADD", scope.leases, "XX", now + lease_ms, lease)
      scope.lease_ms = lease_ms
    end
  end
  return { "renewed", "", 0, {} }
end

local run = { reserve = reserve, settle = settle, renew = renew }
local answers = {}
for index, operation in ipairs(cjson.decode(ARGV[1])) do
  answers[index] = run[operation[1]](unpack(operation, 2, 7))
end
save_scopes()
return cjson.encode(answers)
