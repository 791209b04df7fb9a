-- Apply a batch to the run's totals, if and only if its run and epoch are current and it is the next one.
-- KEYS 1-9: the run's keys (keys.VideoKeys.run)
-- ARGV 1-11: see below; then six for each event: kind, visit, vehicle, type, dwell in microseconds, event (JSON).
-- Returns {'applied' or 'repeat', run, vehicle_type, vehicle_dwell_time, site_counts or ''} (the hashes, flat)
--      or {'unknown_run' or 'stale_epoch' or 'gap'} or {'impossible', why}.
-- Events stay text: cjson would cut their numbers to 14 digits.

local run, types, dwell, checkpoint = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local entered, left, counted_as = KEYS[5], KEYS[6], KEYS[7]
local log, site_counts = KEYS[8], KEYS[9]
local run_id, epoch, batch_no = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local lease_until_us, state_after, now_us = ARGV[4], ARGV[5], ARGV[6]
local checkpoint_json, analysed_s, ttl_ms = ARGV[7], ARGV[8], ARGV[9]
local detections, site_counts_json = ARGV[10], ARGV[11]
local FIRST, WIDTH = 12, 6

local function committed(status)
  return {status, redis.call('HGETALL', run), redis.call('HGETALL', types), redis.call('HGETALL', dwell),
    redis.call('GET', site_counts) or ''}
end

local held = redis.call('HMGET', run, 'run_id', 'epoch', 'next_batch_no', 'state')
if held[1] ~= run_id or epoch > tonumber(held[2]) then
  return {'unknown_run'}
end
if epoch < tonumber(held[2]) then
  return {'stale_epoch'}
end
local next_batch_no = tonumber(held[3])
if batch_no < next_batch_no then
  return committed('repeat')
end
if held[4] ~= 'active' then
  return {'unknown_run'}
end
if batch_no > next_batch_no then
  return {'gap'}
end

-- All checks come before the first write: a script that fails is not rolled back.
local is_open = {}
for at = FIRST, #ARGV, WIDTH do
  local kind, visit = ARGV[at], ARGV[at + 1]
  local known = is_open[visit]
  if known == nil and redis.call('HEXISTS', entered, visit) == 1 then
    known = redis.call('HEXISTS', left, visit) == 0
  end
  if kind == 'entered' and known ~= nil then
    return {'impossible', 'visit ' .. visit .. ' entered twice'}
  end
  if kind == 'left' and not known then
    return {'impossible', 'visit ' .. visit .. (known == nil and ' left without having entered' or ' left twice')}
  end
  is_open[visit] = kind == 'entered'
end

local function enter(vehicle, vehicle_type)
  -- A vehicle counts once, however many visits it makes.
  if redis.call('HSETNX', counted_as, vehicle, vehicle_type) == 1 then
    redis.call('HINCRBY', run, 'total_vehicles_count', 1)
    redis.call('HINCRBY', types, vehicle_type, 1)
  end
  redis.call('HINCRBY', run, 'current_vehicles_count', 1)
  redis.call('HINCRBY', run, 'visits_count', 1)
end

local function leave(vehicle, vehicle_type, dwell_us)
  local before = redis.call('HGET', counted_as, vehicle)
  if before ~= vehicle_type then
    if redis.call('HINCRBY', types, before, -1) == 0 then
      redis.call('HDEL', types, before)
    end
    redis.call('HINCRBY', types, vehicle_type, 1)
    redis.call('HSET', counted_as, vehicle, vehicle_type)
  end
  redis.call('HINCRBY', run, 'current_vehicles_count', -1)
  redis.call('HINCRBY', dwell, 'visits', 1)
  redis.call('HINCRBY', dwell, 'total_us', dwell_us)
  if tonumber(dwell_us) > tonumber(redis.call('HGET', dwell, 'max_us') or '-1') then
    redis.call('HSET', dwell, 'max_us', dwell_us)
  end
end

for at = FIRST, #ARGV, WIDTH do
  local visit, vehicle, vehicle_type = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if ARGV[at] == 'entered' then
    redis.call('HSET', entered, visit, ARGV[at + 5])
    enter(vehicle, vehicle_type)
  else
    redis.call('HSET', left, visit, ARGV[at + 5])
    leave(vehicle, vehicle_type, ARGV[at + 4])
  end
end

if batch_no == 1 then
  redis.call('DEL', log, site_counts)  -- of a run that an aggregator without these keys has replaced
end
if detections ~= '' then
  redis.call('RPUSH', log, detections)
end
if site_counts_json ~= '' then
  redis.call('SET', site_counts, site_counts_json)
end
redis.call('SET', checkpoint, checkpoint_json)
redis.call('HINCRBY', run, 'next_batch_no', 1)
redis.call('HSET', run, 'lease_until_us', lease_until_us, 'state', state_after, 'analysed_s', analysed_s)
if state_after == 'final' then
  -- Not before the demand began: where the clock of a gateway is ahead, its demand would never count as answered.
  local requested = tonumber(redis.call('HGET', run, 'requested_at_us') or '0')
  redis.call('HSET', run, 'finished_at_us', string.format('%.0f', math.max(tonumber(now_us), requested)))
end
for index = 1, 9 do
  redis.call('PEXPIRE', KEYS[index], ttl_ms)
end
return committed('applied')
