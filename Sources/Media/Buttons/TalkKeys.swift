internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time

/// All talk keys: those pressed by fingers or speech, and the virtual keys.
struct TalkKeys: ~Copyable {
    /// Edges of one key read in one turn at most: an unconnected line may have edges without end.
    private static let edgesPerTurn = 16

    /// By the key's place in the settings.
    var slots: FixedArray<TalkKeySlot>
    /// The virtual keys, which `SoundOrder.press` moves, by the place of their target.
    ///
    /// Commands, pages and calls press them.
    var virtual: FixedArray<TalkKey>
    /// The earliest deadline of the virtual keys, or a moment before it; nil without a deadline.
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
            // A line that is never watched would be a key that is always up; it counts as absent.
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

    /// The next edge of a key's line; nil after the last, or when this turn has read enough.
    mutating func nextEdge(
        of place: Int, taken: Int
    ) throws(GPIOError) -> InputLine.Edge? {
        slots[place].hasMoreEdges = false
        guard taken < Self.edgesPerTurn else {
            // Only the last edge gives the level: go on next turn, as the sound is more urgent.
            slots[place].hasMoreEdges = true
            return nil
        }
        return try slots[place].line?.nextEdge()
    }

    // MARK: Deadlines

    /// The next key whose deadline has come, and its decision; nil when there is none.
    mutating func tick(at now: Instant) -> (place: Int, outcome: TalkKeySlot.Outcome)? {
        for place in slots.indices {
            guard let deadline = slots[place].deadline, deadline <= now else { continue }
            return (place, slots[place].handle(.tick, at: now))
        }
        return nil
    }

    /// The same for the virtual keys, one for each target.
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

    /// Checks the virtual keys' deadlines again: a key was moved, or all were replaced.
    mutating func virtualMoved(at now: Instant) { virtualDue = now }

    /// When the first bouncing key settles, for which the loop must wake before the next period.
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

    /// Exchanges the keys; each keeps its line and, if its meaning is the same, its state.
    mutating func adopt(
        _ change: inout MediaChange, _ plan: borrowing MediaPlan, _ loop: borrowing EventLoop
    ) {
        swap(&slots, &change.keys)
        for place in slots.indices { inherit(place, &change, plan, loop) }
        // Lines without a key go back with the change, and are closed there.
        for place in change.keys.indices {
            if let fd = change.keys[place].descriptor { try? loop.remove(fd: fd) }
        }
    }

    private mutating func inherit(
        _ place: Int, _ change: inout MediaChange, _ plan: borrowing MediaPlan,
        _ loop: borrowing EventLoop
    ) {
        guard let former = change.formerKeys[place] else { return }
        // `change.plan` holds the old settings now.
        let old = change.plan.keys[former]
        let new = plan.keys[place]
        let oldTarget = change.plan.id(ofTarget: old.target)
        // A press or latch that reached no station must not reach the first one that comes.
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
            // A key held down now must be released before it talks to another target.
            slots[place].inheritLine(of: &change.keys[former], new.settings)
        }
        guard let fd = slots[place].descriptor else { return }
        try? loop.modify(fd: fd, events: EventLoop.readable, token: Token.key + UInt32(place))
    }
}

/// Talk keys (`TalkKeys`) open and close the microphone.
extension MediaLoop {
    /// Takes over the line of a talk key; a key held down now talks only after its release.
    mutating func insertKey(_ place: Int, _ line: consuming InputLine) {
        guard talkKeys.insertLine(line, of: place, loop) else { return }
        do throws(GPIOError) {
            // The level is read once, when the line is taken over; edges change it after that.
            guard let isDown = try talkKeys.slots[place].line?.isActive() else { return }
            talkKeys.slots[place].readable(isDown: isDown, plan.keys[place].settings)
            rings.notify(.key(place, isDown: isDown))
            if let target = talkKeys.slots[place].target { updateGate(target) }
        } catch {
            loseKey(place, error)
        }
    }

    /// Handles the edges of talk keys' lines, and the deadlines of all keys.
    mutating func readKeys(_ woken: borrowing Woken) {
        for place in talkKeys.slots.indices
        where woken.keys >> UInt32(place) & 1 == 1 || talkKeys.slots[place].hasMoreEdges {
            readEdges(of: place)
        }
        while let due = talkKeys.tick(at: now) { apply(due.outcome, of: due.place) }
        while let due = talkKeys.tickVirtual(at: now) { act(on: due.action, target: due.target) }
    }

    private mutating func readEdges(of place: Int) {
        var taken = 0
        do throws(GPIOError) {
            while let edge = try talkKeys.nextEdge(of: place, taken: taken) {
                taken += 1
                // The edge's own time: the length of a press must not depend on when the loop reads
                // it.
                turn(place, isDown: edge.isActive, at: min(edge.moment, now))
            }
            if talkKeys.slots[place].hasMoreEdges { hasBacklog = true }
        } catch {
            loseKey(place, error)
        }
    }

    /// Handles the level of a key, changed or not.
    mutating func turn(_ place: Int, isDown: Bool, at moment: Instant) {
        if talkKeys.slots[place].isDown != isDown {
            talkKeys.slots[place].isDown = isDown
            rings.notify(.key(place, isDown: isDown))
        }
        if isDown, talkKeys.slots[place].isReply, !talkKeys.slots[place].key.isTalking {
            // The peer heard last when the key went down; none before the first voice.
            talkKeys.slots[place].target = talkers.lastHeard.flatMap { plan.target(ofPeer: $0) }
        }
        apply(talkKeys.slots[place].handle(.level(isDown: isDown), at: moment), of: place)
    }

    /// Closes the microphone of a key that cannot be read: it is neither up nor down.
    private mutating func loseKey(_ place: Int, _ error: GPIOError) {
        apply(talkKeys.slots[place].unreadable(at: now), of: place)
        talkKeys.loseLine(of: place, error, loop)
    }

    /// Acts on a key's decision; gestures go to the control thread.
    private mutating func apply(_ outcome: TalkKeySlot.Outcome, of place: Int) {
        if let touch = outcome.touch { rings.notify(.touched(place, touch)) }
        if outcome.isLetGo { rings.notify(.letGo(place)) }
        if let target = talkKeys.slots[place].target {
            act(on: outcome.talk, target: target, key: place)
        }
    }

    /// Acts on a talk key's decision: of the key at a place, or of the target's virtual key.
    mutating func act(on action: TalkKey.Action?, target: Int, key place: Int? = nil) {
        guard let action else { return }
        if action == .timeOut {
            rings.notify(.talkTimedOut(target: plan.targets[target].id, key: place))
            tones.play(.timeOut)
        }
        updateGate(target)
    }

    /// Opens or closes the microphone for a target: open while any of its keys wants it, if there
    /// is a microphone.
    mutating func updateGate(_ target: Int) {
        guard target != plan.announcement else { return }
        if talkKeys.want(target) { beginTalk(target) } else { closeTalk(target) }
    }
}
