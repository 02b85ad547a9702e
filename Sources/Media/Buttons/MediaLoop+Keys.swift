internal import Audio
internal import HAL
internal import Realtime
internal import Station
internal import Time

/// Talk keys (`TalkKeys`) open and close the microphone.
extension MediaLoop {
    /// Takes over the line of a talk key; one held down now does not talk until it was let go.
    mutating func insertKey(_ place: Int, _ line: consuming InputLine) {
        guard talkKeys.insertLine(line, of: place, loop) else { return }
        do throws(GPIOError) {
            // The level is read once, when the line is taken over; edges change it after that.
            guard let isDown = try talkKeys.slots[place].line?.isActive() else { return }
            talkKeys.slots[place].readable(isDown: isDown, plan.keys[place].settings)
            if talkKeys.slots[place].key.isTalking { endTrial() }
            rings.notify(.key(place, isDown: isDown))
            if let target = talkKeys.slots[place].target { updateGate(target) }
        } catch {
            loseKey(place, error)
        }
    }

    /// Follows the talk keys whose lines have edges, and the deadlines of all.
    mutating func readKeys(_ woken: borrowing Woken) {
        for place in talkKeys.slots.indices
        where woken.keys >> UInt32(place) & 1 == 1 || talkKeys.slots[place].hasMoreEdges {
            readEdges(of: place)
        }
        while let due = talkKeys.tick(at: now) { follow(due.outcome, of: due.place) }
        while let due = talkKeys.tickVirtual(at: now) { act(on: due.action, target: due.target) }
    }

    private mutating func readEdges(of place: Int) {
        var taken = 0
        do throws(GPIOError) {
            while let edge = try talkKeys.nextEdge(of: place, taken: taken) {
                taken += 1
                // Its own time: how long it lasted must not depend on when the loop came to it.
                turn(place, isDown: edge.isActive, at: min(edge.moment, now))
            }
            if talkKeys.slots[place].hasMoreEdges { hasBacklog = true }
        } catch {
            loseKey(place, error)
        }
    }

    /// A key goes down or up, or stays where it is.
    mutating func turn(_ place: Int, isDown: Bool, at moment: Instant) {
        if isDown { endTrial() }
        if talkKeys.slots[place].isDown != isDown {
            talkKeys.slots[place].isDown = isDown
            rings.notify(.key(place, isDown: isDown))
        }
        if isDown, talkKeys.slots[place].isReply, !talkKeys.slots[place].key.isTalking {
            // To the peer that was heard last as the key went down; to no one before that.
            talkKeys.slots[place].target = talkers.lastSpeaker.flatMap { plan.target(ofPeer: $0) }
        }
        follow(talkKeys.slots[place].handle(.level(isDown: isDown), at: moment), of: place)
    }

    /// A key that cannot be read closes the microphone: it is neither up nor down.
    private mutating func loseKey(_ place: Int, _ error: GPIOError) {
        follow(talkKeys.slots[place].unreadable(at: now), of: place)
        talkKeys.loseLine(of: place, error, loop)
    }

    /// Acts on a key's decision; gestures go to the control thread.
    private mutating func follow(_ outcome: TalkKeySlot.Outcome, of place: Int) {
        if let touch = outcome.touch { rings.notify(.touched(place, touch)) }
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

    /// Opens or closes the microphone for a target: open while any of its keys says so, and there
    /// is a microphone.
    mutating func updateGate(_ target: Int) {
        guard target != plan.announcement else { return }
        if talkKeys.want(target) { beginTalk(target) } else { closeTalk(target) }
    }
}
