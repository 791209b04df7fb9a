-- Let the state of a run expire, because SQL has the run.
-- KEYS 1-9: the run's keys (keys.VideoKeys.run), 10: deleted
-- ARGV 1: run_id, 2: time to live, milliseconds, 3: when it finished according to SQL (0: unknown)
-- Returns 0, and changes nothing, if the video was deleted meanwhile.

if redis.call('EXISTS', KEYS[10]) == 1 then
  return 0
end
if redis.call('HGET', KEYS[1], 'run_id') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'state', 'persisted')
  if ARGV[3] ~= '0' then
    redis.call('HSET', KEYS[1], 'finished_at_us', ARGV[3])
  end
  redis.call('DEL', KEYS[8])  -- the log: its copy in SQL is the one that is read
  for index = 1, 9 do
    redis.call('PEXPIRE', KEYS[index], ARGV[2])
  end
end
return 1
