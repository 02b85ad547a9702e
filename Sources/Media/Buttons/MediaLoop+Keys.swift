internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time

extension MediaLoop {
    /// Edges of one key taken in one turn at most: a line that swings freely has no last one.
    private static let edgesPerTurn = 16

    /// Takes over the line of a talk key; one held down now does not talk until it was let go.
    mutating func takeKey(_ place: Int, _ line: consuming InputLine) {
        do throws(SystemError) {
            try loop.add(fd: line.fd, token: Token.key + UInt32(place))
        } catch {
            // Never watched, it would be a key that is always up: it counts as one not there.
            let reason = GPIOError(line: line.name, reason: .failed(errno: error.errno))
            rings.handBack(.key(line))
            rings.notify(.keyUnreadable(place, reason))
            return
        }
        keys[place].line = consume line
        readLevel(of: place)
    }

    /// Follows the talk keys whose lines have edges, and the deadlines of all.
    mutating func readKeys(_ woken: borrowing Woken) {
        for place in keys.indices
        where woken.keys >> UInt32(place) & 1 == 1 || keys[place].hasMoreEdges {
            readEdges(of: place)
        }
        for place in keys.indices {
            while let deadline = keys[place].deadline, deadline <= now {
                follow(keys[place].handle(.tick, at: now), of: place)
            }
        }
        followVirtualKeys()
    }

    /// There is one for each target, and none of them moves of itself but at its deadline.
    private mutating func followVirtualKeys() {
        guard let due = virtualDue, due <= now else { return }
        virtualDue = nil
        for target in virtualKeys.indices {
            while let deadline = virtualKeys[target].deadline, deadline <= now {
                follow(virtualKeys[target].handle(.tick, at: now), target: target)
            }
        }
        for target in virtualKeys.indices {
            guard let deadline = virtualKeys[target].deadline else { continue }
            virtualDue = min(virtualDue ?? deadline, deadline)
        }
    }

    /// When the loop must turn, whatever else happens; nil: when something does.
    ///
    /// A key that was pressed must not wait for the card's next period. All other deadlines may.
    var nextTurn: Instant? {
        if hasBacklog { return now }
        var first: Instant?
        for place in keys.indices {
            guard let settles = keys[place].settles else { continue }
            first = min(first ?? settles, settles)
        }
        return first
    }

    private mutating func readEdges(of place: Int) {
        keys[place].hasMoreEdges = false
        do throws(GPIOError) {
            for _ in 0..<Self.edgesPerTurn {
                guard let edge = try keys[place].line?.nextEdge() else { return }
                // Its own time: how long it lasted must not depend on when the loop came to it.
                set(place, isDown: edge.isActive, at: min(edge.moment, now))
            }
            // The level is the truth only after the last edge: go on, but the sound comes first.
            keys[place].hasMoreEdges = true
            hasBacklog = true
        } catch {
            lose(place, error)
        }
    }

    /// The level is asked for once, when the line is taken over; after that edges tell.
    private mutating func readLevel(of place: Int) {
        do throws(GPIOError) {
            guard let isDown = try keys[place].line?.isActive() else { return }
            let settings = plan.keys[place].settings
            keys[place].readable(isDown: isDown, settings)
            if keys[place].key.isTalking { endTrial() }
            rings.notify(.key(place, isDown: isDown))
            if let target = keys[place].target { updateGate(target) }
        } catch {
            lose(place, error)
        }
    }

    mutating func set(_ place: Int, isDown: Bool, at moment: Instant) {
        if isDown { endTrial() }
        if keys[place].isDown != isDown {
            keys[place].isDown = isDown
            rings.notify(.key(place, isDown: isDown))
        }
        if isDown, keys[place].isReply, !keys[place].key.isTalking { aimReply(place) }
        follow(keys[place].handle(.level(isDown: isDown), at: moment), of: place)
    }

    /// A key that replies talks to whoever was heard last as it went down; to nobody before that.
    private mutating func aimReply(_ place: Int) {
        keys[place].target = talkers.lastSpeaker.flatMap { plan.target(ofPeer: $0) }
    }

    /// A key that cannot be read closes the microphone: it is neither up nor down.
    private mutating func lose(_ place: Int, _ error: GPIOError) {
        follow(keys[place].unreadable(at: now), of: place)
        guard let line = keys[place].line.take() else { return }
        try? loop.remove(fd: line.fd)
        rings.handBack(.key(line))
        rings.notify(.keyUnreadable(place, error))
    }

    /// Acts on what a key decided; what is no talk is the control thread's.
    private mutating func follow(_ outcome: TalkKeySlot.Outcome, of place: Int) {
        if let touch = outcome.touch { rings.notify(.touched(place, touch)) }
        if let target = keys[place].target { follow(outcome.talk, target: target, key: place) }
    }

    /// Acts on what a talk key decided: the one at a place, or that of the commands.
    mutating func follow(_ action: TalkKey.Action?, target: Int, key place: Int? = nil) {
        guard let action else { return }
        if action == .timeOut {
            rings.notify(.talkTimedOut(target: plan.targets[target].id, key: place))
            tones.play(.timeOut)
        }
        updateGate(target)
    }

    /// Opens or closes the microphone for a target: open while any of its keys says so, and there
    /// is a microphone.
    mutating func updateGate(_ target: Int) {
        guard target != plan.announcement else { return }
        var wanted = virtualKeys[target].isTalking
        for place in keys.indices where keys[place].target == target {
            wanted = wanted || keys[place].key.isTalking
        }
        if wanted { open(target) } else { close(target) }
    }
}
