#define _GNU_SOURCE
#include "calendar.h"

#include <errno.h>
#include <time.h>

int clinux_calendar_of(int64_t seconds, struct clinux_calendar *found) {
    time_t time = (time_t)seconds;
    struct tm local;
    tzset();
    if (localtime_r(&time, &local) == NULL)
        return -EOVERFLOW;
    *found = (struct clinux_calendar){
        .year = local.tm_year + 1900, .month = local.tm_mon + 1, .day = local.tm_mday,
        .hour = local.tm_hour, .minute = local.tm_min, .second = local.tm_sec,
        .weekday = local.tm_wday};
    return 0;
}

int64_t clinux_calendar_seconds(const struct clinux_calendar *wanted) {
    struct tm local = {
        .tm_year = wanted->year - 1900, .tm_mon = wanted->month - 1, .tm_mday = wanted->day,
        .tm_hour = wanted->hour, .tm_min = wanted->minute, .tm_sec = wanted->second,
        .tm_isdst = -1};
    time_t seconds = mktime(&local);
    // A 31st of February became another day.
    if (seconds == (time_t)-1 || local.tm_mday != wanted->day || local.tm_mon + 1 != wanted->month)
        return INT64_MIN;
    return seconds;
}
