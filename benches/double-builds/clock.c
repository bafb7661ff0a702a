/* A clock that runs SHIFT seconds ahead, for any libc: nothing but system calls. */
struct timespec { long sec, nsec; };
struct timeval { long sec, usec; };
static long call(long number, long a, long b) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
  return result;
}
int clock_gettime(int id, struct timespec *now) {
  long result = call(228, id, (long)now);
  if (id == 0) now->sec += SHIFT;
  return result;
}
int gettimeofday(struct timeval *now, void *zone) {
  long result = call(96, (long)now, (long)zone);
  now->sec += SHIFT;
  return result;
}
long time(long *into) {
  struct timespec now;
  clock_gettime(0, &now);
  if (into) *into = now.sec;
  return now.sec;
}
