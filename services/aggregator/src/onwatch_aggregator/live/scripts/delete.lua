-- Remove everything of a video and leave a tombstone that refuses claims.
-- KEYS 1-7: the run's keys (keys.VideoKeys.run), 8: epoch, 9: deleted; ARGV 1: how long the tombstone stays, milliseconds

redis.call('SET', KEYS[9], '1', 'PX', ARGV[1])
for index = 1, 8 do
  redis.call('DEL', KEYS[index])
end
