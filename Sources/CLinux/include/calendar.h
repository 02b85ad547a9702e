#ifndef CLINUX_CALENDAR_H
#define CLINUX_CALENDAR_H

// The time as people here tell it.

#include <stdint.h>

struct clinux_calendar {
    int year, month, day, hour, minute, second;
    int weekday; // 0 is Sunday.
};

/// What the clock on the wall shows at so many seconds since 1970; the zone is read anew.
int clinux_calendar_of(int64_t seconds, struct clinux_calendar *found);
/// The seconds since 1970 at which it shows this; INT64_MIN when it never does.
int64_t clinux_calendar_seconds(const struct clinux_calendar *wanted);

#endif
