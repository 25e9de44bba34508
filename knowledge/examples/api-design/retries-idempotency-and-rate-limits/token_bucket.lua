-- region script
-- KEYS[1] bucket   ARGV: capacity, refill per second, cost
-- returns { allowed 0|1, whole tokens left, milliseconds until the cost would fit }
local capacity, rate, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local t = redis.call('TIME')                        -- the store's clock, not the caller's
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)

local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(state[1]) or capacity       -- unknown caller: a full bucket
local at = tonumber(state[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) * rate / 1000)

local allowed = tokens >= cost
if allowed then tokens = tokens - cost end
local wait = allowed and 0 or math.ceil((cost - tokens) * 1000 / rate)

redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity * 1000 / rate) + 1000)   -- full again: forget it
return { allowed and 1 or 0, math.floor(tokens), wait }
-- endregion
