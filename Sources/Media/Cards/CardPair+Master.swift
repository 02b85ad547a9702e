internal import HAL
internal import Realtime
internal import Time

/// Which card wakes the loop, or the timer in its place.
extension CardPair {
    /// Arms the descriptors of the clock master, and of it alone.
    mutating func chooseMaster(_ loop: borrowing EventLoop, at now: Instant) {
        clock.disarm(in: loop)
        clock.progressed(at: now)
        clock.source = .timer
        if clock.isDistrusted {
            // The timer stands in until a card is opened.
        } else if isCapturing, hasCapture {
            if !clock.capture.isStill { clock.source = .capture }
        } else if hasPlayback, !clock.playback.isStill {
            clock.source = .playback
        }
        armMaster(loop)
        if clock.isDistrusted, clock.source != .timer {
            // Not all of its descriptors could be watched.
            clock.disarm(in: loop)
            clock.source = .timer
        }
        armTimer(at: now)
    }

    private mutating func armMaster(_ loop: borrowing EventLoop) {
        var place = 0
        while !clock.isDistrusted, let descriptor = masterDescriptor(place) {
            arm(descriptor, loop)
            place += 1
        }
    }

    private mutating func arm(_ descriptor: PCMDescriptor, _ loop: borrowing EventLoop) {
        guard clock.armed < Token.cardDescriptorsMax else { return clock.isDistrusted = true }
        do throws(SystemError) {
            try loop.add(
                fd: descriptor.fd, events: descriptor.events,
                token: Token.card + UInt32(clock.armed))
            clock.remember(descriptor.fd)
        } catch {
            // One that epoll does not take, /dev/null perhaps: the timer wakes the loop instead.
            clock.isDistrusted = true
        }
    }
}
