-- End the lease of a worker that no longer renews it, and fence the worker: its batches are then of a stale epoch.
-- KEYS 1: run, 2: epoch, 3: deleted
-- ARGV 1: the lease's epoch, 2: now, 3: a lease that ended by then has expired, 4: how long a lease lasts (all three in
-- microseconds), 5: how long the epoch is kept, milliseconds
-- Returns {'held', epoch, run_id, analysed_s, lease_until_us}: the newest epoch, a later one if the run was claimed since
--      or {'expired', run_id, analysed_s}: again each time, because the announcement may have failed
--      or {'ended'}: released, final, or the video was deleted
--      or {'unknown'}: there is no run of that epoch or a later one, and no tombstone.

local run, epoch_key, deleted = KEYS[1], KEYS[2], KEYS[3]
local now_us, expired_until_us, lease_us = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local held = redis.call('HMGET', run, 'run_id', 'epoch', 'state', 'analysed_s', 'lease_until_us', 'expired_epoch')
local run_id, epoch, state, analysed_s, lease_until = held[1], held[2], held[3], held[4], held[5]
if not run_id or tonumber(epoch) < tonumber(ARGV[1]) then
  return {redis.call('EXISTS', deleted) == 1 and 'ended' or 'unknown'}
end
if held[6] == ARGV[1] then
  return {'expired', run_id, analysed_s}
end
if state ~= 'active' or lease_until == '0' then
  return {'ended'}
end

-- A lease cannot end further ahead than it lasts, except by twice its length where the clocks of two aggregators differ
-- (claim.lua): the clock was set back, and the lease lasts its whole time from now.
if tonumber(lease_until) > now_us + 2 * lease_us then
  lease_until = string.format('%.0f', now_us + lease_us)
  redis.call('HSET', run, 'lease_until_us', lease_until)
end
if epoch ~= ARGV[1] or tonumber(lease_until) > expired_until_us then
  return {'held', epoch, run_id, analysed_s, lease_until}
end

-- Epochs grow as in claim.lua. The counter may have expired before the run, so the run's epoch counts as well.
local counted = math.max(tonumber(redis.call('GET', epoch_key) or '0'), tonumber(epoch))
local fence = string.format('%.0f', math.max(counted + 1, math.floor(now_us / 1000)))
redis.call('SET', epoch_key, fence, 'PX', ARGV[5])
redis.call('HSET', run, 'epoch', fence, 'lease_until_us', '0', 'expired_epoch', epoch)
return {'expired', run_id, analysed_s}
