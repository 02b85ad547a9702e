#ifndef CLINUX_RIGHTS_H
#define CLINUX_RIGHTS_H

#include <stdint.h>

/// The calling thread acts with the rights of a user and of one group; for root only.
///
/// Never within another call of it. The process's other threads keep their rights.
int clinux_act_as(uint32_t user, uint32_t group);
/// The thread acts with its own rights again.
int clinux_act_as_itself(void);

#endif
