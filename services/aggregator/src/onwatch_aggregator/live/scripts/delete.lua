-- Remove everything of a video and leave a tombstone that refuses claims.
-- KEYS 1-9: the run's keys (keys.VideoKeys.run), 10: epoch, 11: deleted
-- ARGV 1: how long the tombstone stays, milliseconds

redis.call('SET', KEYS[11], '1', 'PX', ARGV[1])
for index = 1, 10 do
  redis.call('DEL', KEYS[index])
end
