-- Decides a batch of operations in one step, so that no replica ever sees a limit half applied.
-- ARGV[1]: JSON list of operations (see operations.py). Reply: JSON list of as many answers (see script.py).
-- ARGV[2]: milliseconds after which what a replica holds (places in flight, tokens of a budget) is free again unless it was
-- renewed. ARGV[3]: the replica that asks.
-- Keys follow from tenant ids inside the batch, so this needs one Redis (or a Sentinel set), not a Redis Cluster.
-- Time is this server's: replicas with wrong clocks agree all the same.

local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) -- milliseconds
local MINUTE = 60000
local LEASE = tonumber(ARGV[2])
local SHARE, SEEN = "share:" .. ARGV[3], "seen:" .. ARGV[3]
-- Budgets are counted again from the usage table after this time, which repairs what a lost Redis forgot.
local RECOUNT = 300000
-- A replica may take this part of what is left in advance: too little for another replica to miss.
local ADVANCE = 0.01

local function bucket_key(tenant, scope) return "limits:" .. tenant .. ":" .. scope end
local function lease_key(tenant, scope) return "leases:" .. tenant .. ":" .. scope end
local function budget_key(tenant, period) return "spending:" .. tenant .. ":" .. period end

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

local function save_scope(key, scope)
  if scope.rpm >= 0 or scope.tpm >= 0 then
    redis.call("HSET", key, "requests", scope.requests, "tokens", scope.tokens, "at", now)
    local full = math.max(
      milliseconds_until(scope.rpm, scope.requests, scope.rpm), milliseconds_until(scope.tpm, scope.tokens, scope.tpm))
    redis.call("PEXPIRE", key, full + 1000) -- a full bucket is the same as none
  end
  if scope.leased then redis.call("PEXPIRE", scope.leases, LEASE) end
end

-- What Redis holds about a scope, read once for the whole batch and written back at its end.
local scopes_by_key = {}
local function load_scope(tenant, scope)
  local name, rpm, tpm, concurrency = scope[1], scope[2], scope[3], scope[4]
  local key = bucket_key(tenant, name)
  local loaded = scopes_by_key[key]
  if loaded then
    if loaded.rpm == rpm and loaded.tpm == tpm and loaded.concurrency == concurrency then return loaded end
    save_scope(key, loaded) -- the limits were changed between this operation and the one before
  end
  local state = redis.call("HMGET", key, "requests", "tokens", "at")
  local at = tonumber(state[3] or now)
  loaded = {
    name = name, rpm = rpm, tpm = tpm, concurrency = concurrency, leases = lease_key(tenant, name), leased = false,
    requests = refilled(state[1], rpm, at), tokens = refilled(state[2], tpm, at), running = 0,
  }
  if concurrency >= 0 then
    redis.call("ZREMRANGEBYSCORE", loaded.leases, "-inf", now)
    loaded.running = redis.call("ZCARD", loaded.leases)
  end
  scopes_by_key[key] = loaded
  return loaded
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

-- What Redis holds about a budget, for the whole batch. `spent`: tokens of the requests that have ended, nil while nobody has
-- counted them; `reserved`: of those that run, on all replicas; `mine`: on the one that asks. Each replica's share stays
-- apart, so that counting forgets no request that runs and nothing is given back that was never taken.
local budgets_by_key = {}
local function load_budget(tenant, budget)
  local key = budget_key(tenant, budget[1])
  local loaded = budgets_by_key[key]
  if loaded then
    loaded.lifetime = loaded.lifetime and math.max(loaded.lifetime, budget[3] + LEASE)
    return loaded
  end
  local state = redis.call("HMGET", key, "spent", "counted", "reserved", "swept", SHARE)
  local function number(index) return state[index] and tonumber(state[index]) end
  loaded = {
    spent = number(1), counted = number(2) or 0, reserved = number(3) or 0, swept = number(4) or 0, mine = number(5) or 0,
    lifetime = not state[3] and budget[3] + LEASE, changed = false,
  }
  budgets_by_key[key] = loaded
  return loaded
end

local function save_budget(key, budget)
  if not budget.changed then return end
  redis.call("HSET", key, "reserved", budget.reserved, "swept", budget.swept)
  if budget.mine > 0 then
    redis.call("HSET", key, SHARE, budget.mine, SEEN, now)
  else
    redis.call("HDEL", key, SHARE, SEEN)
  end
  if budget.spent then redis.call("HSET", key, "spent", budget.spent, "counted", budget.counted) end
  if budget.lifetime then redis.call("PEXPIRE", key, budget.lifetime) end
end

local function hold(budget, tokens)
  tokens = math.max(tokens, -budget.mine)
  budget.mine, budget.reserved, budget.changed = budget.mine + tokens, budget.reserved + tokens, true
end

-- Forget the shares of replicas that died.
local function sweep(key, budget)
  if now - budget.swept < LEASE / 3 then return end
  budget.swept, budget.changed = now, true
  local fields = redis.call("HGETALL", key)
  for index = 1, #fields, 2 do
    local replica = string.match(fields[index], "^seen:(.*)")
    if replica and fields[index] ~= SEEN and tonumber(fields[index + 1]) < now - LEASE then
      budget.reserved = budget.reserved - tonumber(redis.call("HGET", key, "share:" .. replica) or 0)
      redis.call("HDEL", key, "share:" .. replica, "seen:" .. replica)
    end
  end
end

-- Whether so many tokens fit into a budget { period, tokens, milliseconds to its end, tokens spent before (or -1: not known) };
-- nil when they have to be counted first, which one request does for all when it is time to do it again.
local function fits_budget(tenant, budget, tokens)
  local loaded = load_budget(tenant, budget)
  if budget[4] >= 0 then
    loaded.spent, loaded.counted, loaded.changed = math.max(loaded.spent or 0, budget[4]), now, true
  elseif not loaded.spent then
    return nil
  elseif now - loaded.counted > RECOUNT then
    loaded.counted, loaded.changed = now, true
    return nil
  end
  if loaded.spent + loaded.reserved + tokens > budget[2] then sweep(budget_key(tenant, budget[1]), loaded) end
  return loaded.spent + loaded.reserved + tokens <= budget[2]
end

local function load_scopes(tenant, wanted)
  local scopes = {}
  for index, limits in ipairs(wanted) do scopes[index] = load_scope(tenant, limits) end
  return scopes
end

-- Take `count` requests of `tokens` each; the first `count` leases are their places in flight.
local function take(tenant, leases, count, tokens, scopes, budget)
  if budget then hold(load_budget(tenant, budget), count * tokens) end
  for _, scope in ipairs(scopes) do
    if scope.rpm >= 0 then scope.requests = scope.requests - count end
    if scope.tpm >= 0 then scope.tokens = scope.tokens - count * tokens end
    if scope.concurrency >= 0 then
      local places = {}
      for index = 1, count do
        places[2 * index - 1], places[2 * index] = now + LEASE, leases[index]
      end
      redis.call("ZADD", scope.leases, unpack(places))
      scope.running = scope.running + count
      scope.leased = true
    end
  end
end

-- { "reserve", tenant, { lease }, 1, tokens, scopes, budget or false }
local function reserve(tenant, leases, _, tokens, wanted, budget)
  local scopes = load_scopes(tenant, wanted)
  for _, scope in ipairs(scopes) do
    local reason, wait = refusal(scope, tokens)
    if reason then return { reason, scope.name, wait, levels(scopes), 0 } end
  end
  if budget then
    local fits = fits_budget(tenant, budget, tokens)
    if fits == nil then return { "unknown budget", "*", 0, levels(scopes), 0 } end
    if not fits then return { "budget", "*", budget[3], levels(scopes), 0 } end
  end
  take(tenant, leases, 1, tokens, scopes, budget)
  return { "reserved", "", 0, levels(scopes), 1 }
end

-- { "advance", tenant, leases, requests at most, tokens of each (above 0), scopes, budget or false }
local function advance(tenant, leases, count, tokens, wanted, budget)
  local scopes = load_scopes(tenant, wanted)
  for _, scope in ipairs(scopes) do
    if scope.rpm >= 0 then count = math.min(count, scope.requests * ADVANCE) end
    if scope.tpm >= 0 then count = math.min(count, scope.tokens * ADVANCE / tokens) end
    if scope.concurrency >= 0 then count = math.min(count, (scope.concurrency - scope.running) * ADVANCE) end
  end
  if budget then
    local loaded = load_budget(tenant, budget)
    count = loaded.spent and math.min(count, (budget[2] - loaded.spent - loaded.reserved) * ADVANCE / tokens) or 0
  end
  count = math.max(0, math.floor(count))
  if count > 0 then take(tenant, leases, count, tokens, scopes, budget) end
  return { "advanced", "", 0, levels(scopes), count }
end

-- { "settle", tenant, leases, requests and tokens to give back (negative: to take), scopes, budget or false }; of the budget
-- { period, _, _, tokens that were taken } those that are not given back are spent.
local function settle(tenant, leases, requests, tokens, wanted, budget)
  for _, scope in ipairs(load_scopes(tenant, wanted)) do
    if scope.concurrency >= 0 and #leases > 0 then
      scope.running = scope.running - redis.call("ZREM", scope.leases, unpack(leases))
    end
    if scope.rpm >= 0 then scope.requests = math.min(scope.rpm, scope.requests + requests) end
    if scope.tpm >= 0 then scope.tokens = math.min(scope.tpm, scope.tokens + tokens) end
  end
  if budget then
    local loaded = load_budget(tenant, budget)
    if loaded.mine > 0 then hold(loaded, -budget[4]) end
    if loaded.spent then loaded.spent, loaded.changed = loaded.spent + budget[4] - tokens, true end
  end
  return { "settled", "", 0, {}, 0 }
end

-- { "renew", tenant, leases, 0, 0, scopes, budget or false }: what a replica holds, also when Redis has forgotten it; of the
-- budget { period, _, milliseconds to its end, tokens }.
local function renew(tenant, leases, _, _, wanted, budget)
  for _, scope in ipairs(load_scopes(tenant, wanted)) do
    if scope.concurrency >= 0 then
      for _, lease in ipairs(leases) do
        scope.running = scope.running + redis.call("ZADD", scope.leases, now + LEASE, lease)
      end
      scope.leased = true
    end
  end
  if budget then
    local loaded = load_budget(tenant, budget)
    hold(loaded, budget[4] - loaded.mine)
    sweep(budget_key(tenant, budget[1]), loaded)
  end
  return { "renewed", "", 0, {}, 0 }
end

local run = { reserve = reserve, advance = advance, settle = settle, renew = renew }
local answers = {}
for index, operation in ipairs(cjson.decode(ARGV[1])) do
  answers[index] = run[operation[1]](unpack(operation, 2, 7))
end
for key, scope in pairs(scopes_by_key) do save_scope(key, scope) end
for key, budget in pairs(budgets_by_key) do save_budget(key, budget) end
return cjson.encode(answers)
