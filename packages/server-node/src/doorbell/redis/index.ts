export { type RedisClient, type RedisDoorbellOptions, type RedisSubscriber, redisDoorbell } from "./redis-doorbell.ts";
