-- Every change of the job queue is one step: a worker that dies between two commands loses nothing.
-- KEYS: waiting (list of ids), running (set of ids by the time they count as abandoned), delayed (set of ids by the time
-- they are due), jobs (hash id -> body), attempts (hash id -> number), dead (list of ids).
-- ARGV: verb, then what the verb takes.

local waiting, running, delayed, jobs, attempts, dead = unpack(KEYS)
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local verb, id = ARGV[1], ARGV[2]

local function requeue(set)
  for _, due in ipairs(redis.call("ZRANGE", set, "-inf", now, "BYSCORE", "LIMIT", 0, 100)) do
    redis.call("ZREM", set, due)
    redis.call("LPUSH", waiting, due)
  end
end

if verb == "push" then -- id, body
  if redis.call("HSETNX", jobs, id, ARGV[3]) == 1 then redis.call("LPUSH", waiting, id) end
  return
end

if verb == "take" then -- milliseconds until the job counts as abandoned
  requeue(running)
  requeue(delayed)
  local taken = redis.call("RPOP", waiting)
  if not taken then return false end
  redis.call("ZADD", running, now + tonumber(ARGV[2]), taken)
  return { taken, redis.call("HGET", jobs, taken), redis.call("HINCRBY", attempts, taken, 1) }
end

-- The verbs below take an id and the number of the attempt they are for. They do nothing for a worker that fell silent
-- and whose job was given to another one.
if redis.call("HGET", attempts, id) ~= ARGV[3] then return 0 end
if verb == "extend" then -- milliseconds
  return redis.call("ZADD", running, "XX", "CH", now + tonumber(ARGV[4]), id)
end
if redis.call("ZREM", running, id) == 0 then return 0 end
if verb == "retry" then -- milliseconds
  redis.call("ZADD", delayed, now + tonumber(ARGV[4]), id)
elseif verb == "bury" then
  redis.call("LPUSH", dead, id)
else -- done
  redis.call("HDEL", jobs, id)
  redis.call("HDEL", attempts, id)
end
return 1
