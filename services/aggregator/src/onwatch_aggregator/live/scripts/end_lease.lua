-- End a lease that its worker did not end.
-- KEYS 1: run; ARGV 1: the epoch of that worker

if redis.call('HGET', KEYS[1], 'epoch') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'lease_until_us', '0')
end
