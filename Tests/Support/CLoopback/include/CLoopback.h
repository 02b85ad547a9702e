#ifndef CLOOPBACK_H
#define CLOOPBACK_H

/// Returns 0 when all that this thread has sent over loopback has arrived; an errno.
///
/// A datagram is mostly there when `send` returns. Where its processor has others' to deliver it
/// waits in that processor's queue (the kernel's net/core/dev.c, enqueue_to_backlog). Each queue is
/// in order, and this sends one more through every one of them.
int loopback_settle(void);

#endif
