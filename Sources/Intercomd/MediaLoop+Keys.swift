internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time

extension MediaLoop {
    /// Takes over the line of a talk key; one held down now does not talk until it was let go.
    mutating func takeKey(_ place: Int, _ line: consuming InputLine) {
        do throws(SystemError) {
            try loop.add(fd: line.fd, token: Token.key + UInt32(place))
        } catch {
            handBack(.key(line))
            return
        }
        keys[place].line = consume line
        readLevel(of: place, isFirst: true)
    }

    /// Follows the talk keys whose lines have edges, and the deadlines of all.
    mutating func readKeys(_ woken: borrowing Woken) {
        if woken.keys != 0 {
            for place in keys.indices where woken.keys >> UInt32(place) & 1 == 1 {
                readEdges(of: place)
            }
        }
        for place in keys.indices {
            while let deadline = keys[place].key.deadline, deadline <= now {
                follow(keys[place].key.handle(.tick, at: now), target: keys[place].target)
            }
        }
        for target in virtualKeys.indices {
            while let deadline = virtualKeys[target].deadline, deadline <= now {
                follow(virtualKeys[target].handle(.tick, at: now), target: target)
            }
        }
    }

    private mutating func readEdges(of place: Int) {
        do throws(GPIOError) {
            while let edge = try keys[place].line?.nextEdge() {
                set(place, isDown: edge.isActive)
            }
        } catch {
            lose(place, error)
        }
    }

    /// The level is asked for once, when the line is taken over; after that edges tell.
    private mutating func readLevel(of place: Int, isFirst: Bool) {
        do throws(GPIOError) {
            guard let isDown = try keys[place].line?.isActive() else { return }
            let settings = plan.keys[place].settings
            if isFirst { keys[place].key = TalkKey(settings, isDown: isDown) }
            keys[place].isDown = isDown
            tell(.key(place, isDown: isDown))
            updateGate(keys[place].target)
        } catch {
            lose(place, error)
        }
    }

    private mutating func set(_ place: Int, isDown: Bool) {
        if keys[place].isDown != isDown {
            keys[place].isDown = isDown
            tell(.key(place, isDown: isDown))
        }
        let action = keys[place].key.handle(.level(isDown: isDown), at: now)
        follow(action, target: keys[place].target)
    }

    /// A key that cannot be read closes the microphone: it is neither up nor down.
    private mutating func lose(_ place: Int, _ error: GPIOError) {
        follow(keys[place].key.handle(.unreadable, at: now), target: keys[place].target)
        guard let line = keys[place].line.take() else { return }
        try? loop.remove(fd: line.fd)
        handBack(.key(line))
        tell(.keyUnreadable(place, error))
    }

    /// Acts on what a talk key decided.
    mutating func follow(_ action: TalkKey.Action?, target: Int) {
        guard let action else { return }
        if action == .timeOut {
            tell(.talkTimedOut(target: target))
            tone = .timeOut
        }
        updateGate(target)
    }

    /// Opens or closes the microphone for a target: open while any of its keys says so, and there
    /// is a microphone.
    mutating func updateGate(_ target: Int) {
        var wanted = virtualKeys[target].isTalking
        for place in keys.indices where keys[place].target == target {
            wanted = wanted || keys[place].key.isTalking
        }
        if wanted { open(target) } else { close(target) }
    }
}
