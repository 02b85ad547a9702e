internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time

/// All talk keys: those that fingers and speech press, and those of commands.
struct TalkKeys: ~Copyable {
    /// Edges of one key taken in one turn at most: a line that swings freely has no last one.
    private static let edgesPerTurn = 16

    /// By the key's place in the settings.
    var slots: FixedArray<TalkKeySlot>
    /// The keys that `MediaCommand.press` moves, by the place of their target.
    ///
    /// Commands, pages and calls press them.
    var virtual: FixedArray<TalkKey>
    /// No virtual key's deadline is earlier; nil when they have none.
    private var virtualDue: Instant?
    private let rings: Rings

    init(_ plan: MediaPlan, _ rings: Rings, at now: Instant) {
        slots = plan.makeKeys(at: now)
        virtual = plan.makeVirtualKeys()
        self.rings = rings
    }

    var count: Int { slots.count }

    // MARK: Lines

    /// Watches the line of a key; false when it cannot be watched.
    mutating func insertLine(
        _ line: consuming InputLine, of place: Int, _ loop: borrowing EventLoop
    ) -> Bool {
        do throws(SystemError) {
            try loop.add(fd: line.fd, token: Token.key + UInt32(place))
        } catch {
            // Never watched, it would be a key that is always up: it counts as one not there.
            let reason = GPIOError(line: line.name, reason: .failed(errno: error.errno))
            rings.handBack(.key(line))
            rings.notify(.keyUnreadable(place, reason))
            return false
        }
        slots[place].line = consume line
        return true
    }

    /// Hands back a line that cannot be read any more.
    mutating func loseLine(of place: Int, _ error: GPIOError, _ loop: borrowing EventLoop) {
        guard let line = slots[place].line.take() else { return }
        try? loop.remove(fd: line.fd)
        rings.handBack(.key(line))
        rings.notify(.keyUnreadable(place, error))
    }

    /// Hands back all lines.
    mutating func handBackLines() {
        for place in slots.indices {
            if let line = slots[place].line.take() { rings.handBack(.key(line)) }
        }
    }

    /// The next edge of a key's line, at most so many of them in a turn; nil after the last.
    mutating func nextEdge(
        of place: Int, taken: Int
    ) throws(GPIOError) -> InputLine.Edge? {
        slots[place].hasMoreEdges = false
        guard taken < Self.edgesPerTurn else {
            // The level is the truth only after the last edge: go on, but the sound comes first.
            slots[place].hasMoreEdges = true
            return nil
        }
        return try slots[place].line?.nextEdge()
    }

    // MARK: Deadlines

    /// The next key whose deadline has come, and its decision; nil when there is no more.
    mutating func tick(at now: Instant) -> (place: Int, outcome: TalkKeySlot.Outcome)? {
        for place in slots.indices {
            guard let deadline = slots[place].deadline, deadline <= now else { continue }
            return (place, slots[place].handle(.tick, at: now))
        }
        return nil
    }

    /// The same for the keys of commands, of which there is one for each target.
    mutating func tickVirtual(at now: Instant) -> (target: Int, action: TalkKey.Action?)? {
        guard let due = virtualDue, due <= now else { return nil }
        for target in virtual.indices {
            guard let deadline = virtual[target].deadline, deadline <= now else { continue }
            return (target, virtual[target].handle(.tick, at: now))
        }
        virtualDue = nil
        for target in virtual.indices {
            guard let deadline = virtual[target].deadline else { continue }
            virtualDue = min(virtualDue ?? deadline, deadline)
        }
        return nil
    }

    /// A virtual key was moved, or others are in their place: their deadlines are looked at.
    mutating func virtualMoved(at now: Instant) { virtualDue = now }

    /// When a key that is bouncing settles: it must not wait for the card's next period.
    var settles: Instant? {
        mutating get {
            var first: Instant?
            for place in slots.indices {
                guard let settles = slots[place].settles else { continue }
                first = min(first ?? settles, settles)
            }
            return first
        }
    }

    /// Whether any key wants this target to hear the microphone.
    mutating func want(_ target: Int) -> Bool {
        var wanted = virtual[target].isTalking
        for place in slots.indices where slots[place].target == target {
            wanted = wanted || slots[place].key.isTalking
        }
        return wanted
    }

    // MARK: Other settings

    /// Exchanges the keys; each takes over its line, and if it means the same, all it was about to
    /// do.
    mutating func adopt(
        _ change: inout MediaChange, _ plan: borrowing MediaPlan, _ loop: borrowing EventLoop
    ) {
        swap(&slots, &change.keys)
        for place in slots.indices { inherit(place, &change, plan, loop) }
        // Lines that no key is read from any more go back with the change, and are closed there.
        for place in change.keys.indices {
            if let fd = change.keys[place].descriptor { try? loop.remove(fd: fd) }
        }
    }

    private mutating func inherit(
        _ place: Int, _ change: inout MediaChange, _ plan: borrowing MediaPlan,
        _ loop: borrowing EventLoop
    ) {
        guard let former = change.formerKeys[place] else { return }
        // The old settings have changed places with the new ones.
        let old = change.plan.keys[former]
        let new = plan.keys[place]
        let oldTarget = change.plan.id(ofTarget: old.target)
        // A press, or a latch, that reached nobody does not talk to the first peer either.
        let isFirst = change.plan.isVoid(old.target) && !plan.isVoid(new.target)
        let isSame =
            old.settings.mode == new.settings.mode && oldTarget == plan.id(ofTarget: new.target)
            && old.meaning.hasTalk(of: new.meaning) && !isFirst
        if isSame {
            swap(&slots[place], &change.keys[former])
            var target = new.target
            if new.meaning.isReply, let aimed = slots[place].target {
                target = change.formerTargets.firstIndex(of: aimed)
            }
            slots[place].change(
                to: new.settings, target: target, meaning: new.meaning, vox: new.vox)
        } else {
            // Held down now, it does not talk to someone else: it must be let go first.
            slots[place].inheritLine(of: &change.keys[former], new.settings)
        }
        guard let fd = slots[place].descriptor else { return }
        try? loop.modify(fd: fd, events: EventLoop.readable, token: Token.key + UInt32(place))
    }
}
