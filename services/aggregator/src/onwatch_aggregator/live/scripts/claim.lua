-- Grant the run of a video to a worker, or return why not.
-- KEYS 1-9: the run's keys (keys.VideoKeys.run), 10: epoch, 11: deleted
-- ARGV 13 and on: detector models, besides its own, whose runs the worker resumes.
-- Returns {'granted', run_id, epoch, next_batch_no, settings, checkpoint or ''}
--      or {reason, holder or '', microseconds left of the lease}.
-- Numbers are integers below 2^53, exact in Lua; stored and returned values stay text, because
-- Lua prints large numbers with 14 digits.

local run, checkpoint, epoch_key, deleted = KEYS[1], KEYS[4], KEYS[10], KEYS[11]
local worker_id, new_run_id = ARGV[1], ARGV[2]
local now_us, lease_us = tonumber(ARGV[3]), tonumber(ARGV[4])
local lease_until_us, requested_at_us, settings = ARGV[5], tonumber(ARGV[6]), ARGV[7]
local stored_run_id, stored_finished_at_us = ARGV[8], tonumber(ARGV[9])
local ttl_ms, detector_model, discard_run_id = ARGV[10], ARGV[11], ARGV[12]

if redis.call('EXISTS', deleted) == 1 then
  return {'video_deleted', '', '0'}
end

local held = redis.call('HMGET', run, 'run_id', 'state', 'lease_until_us', 'finished_at_us', 'worker_id',
  'detector_model')
local run_id, state, finished_at_us = held[1], held[2], tonumber(held[4] or '0') or 0
local is_resumed = false
local resumes_models = {[detector_model] = true}
for index = 13, #ARGV do
  resumes_models[ARGV[index]] = true
end

-- SQL takes precedence: Redis may have lost its last second, or the run was not marked.
if run_id and run_id == stored_run_id and state ~= 'persisted' then
  redis.call('HSET', run, 'state', 'persisted', 'finished_at_us', ARGV[9])
  state = 'persisted'
end

if state == 'active' then
  local left_us = tonumber(held[3]) - now_us
  -- The holder need not wait for its own lease to discard the run.
  local is_given_up = run_id == discard_run_id and held[5] == worker_id
  -- A lease cannot end further ahead than it lasts: the clock was set back, and the lease counts as ended. Twice its
  -- length, because the clocks of two aggregators differ a little.
  if left_us > 0 and left_us <= 2 * lease_us and not is_given_up then
    return {'run_leased', held[5], string.format('%.0f', left_us)}
  end
  is_resumed = run_id ~= discard_run_id and resumes_models[held[6]] == true
elseif state == 'final' then
  return {'run_finishing', '', '0'}
elseif math.max(finished_at_us, stored_finished_at_us) >= requested_at_us then
  return {'run_finished', '', '0'}
end

if not is_resumed then
  for index = 1, 9 do
    redis.call('DEL', KEYS[index])
  end
  redis.call('HSET', run, 'run_id', new_run_id, 'state', 'active', 'next_batch_no', '1', 'settings', settings,
    'detector_model', detector_model, 'started_at_us', ARGV[3], 'finished_at_us', '0', 'analysed_s', '0.0',
    'total_vehicles_count', '0', 'current_vehicles_count', '0', 'visits_count', '0')
end

-- Milliseconds since 1970 as the minimum: an epoch granted in a second that Redis then lost is not granted again.
local counted = tonumber(redis.call('GET', epoch_key) or '0')
local epoch = string.format('%.0f', math.max(counted + 1, math.floor(now_us / 1000)))
redis.call('SET', epoch_key, epoch)
-- The newest demand that this run answers.
local requested = math.max(requested_at_us, tonumber(redis.call('HGET', run, 'requested_at_us') or '0'))
redis.call('HSET', run, 'epoch', epoch, 'worker_id', worker_id, 'lease_until_us', lease_until_us,
  'requested_at_us', string.format('%.0f', requested))
for index = 1, 10 do
  redis.call('PEXPIRE', KEYS[index], ttl_ms)
end

local granted = redis.call('HMGET', run, 'run_id', 'epoch', 'next_batch_no', 'settings')
return {'granted', granted[1], granted[2], granted[3], granted[4], redis.call('GET', checkpoint) or ''}
