internal import Peering
internal import Station
internal import Time
internal import VirtualTime
internal import Wire

/// What must be so when the network is whole and nobody does anything any more.
extension House {
    /// How long it may take until all is at rest, and how long it must stay so.
    private static let restMax = Duration.seconds(240)
    private static let restTime = Duration.seconds(15)

    /// Heals the network and lets people be quiet, until everything has come to rest.
    ///
    /// - Returns: The rule that was broken meanwhile, or what does not come to rest.
    func comeToRest() -> String? {
        isQuiet = true
        network.heal()
        // Time for those that say goodbye, and for a reload that is under way.
        pass(.seconds(1))
        for room in rooms where !room.isRunning { room.start() }
        for room in rooms { quiet(room) }
        pass(.seconds(1))
        for room in rooms { room.reload { $0.peers = all(but: room) } }
        let end = timeline.now + Self.restMax
        var restSince: Instant?
        while !hasFailed, timeline.now < end {
            pass(.seconds(1))
            restSince = unrest == nil ? restSince ?? timeline.now : nil
            if let restSince, timeline.now - restSince >= Self.restTime { break }
        }
        count(.lost, network.lost)
        if let failure { return failure }
        return unrest.map { "it does not come to rest: \($0)" }
    }

    /// Lets time pass until something fails.
    func pass(_ time: Duration) { timeline.run(for: time) { hasFailed } }

    private func all(but room: Room) -> Set<Int> {
        Set(rooms.indices).subtracting([room.number])
    }

    private func quiet(_ room: Room) {
        for place in room.sound.buttons.indices { room.sound.turn(place, isDown: false) }
        room.takeMicrophone(false)
        room.sound.hasPlayback = true
        room.callers.hangUpAll(at: room.now)
        room.hangUpCall()
        room.endPage()
        for target in room.switchboard.heldTalks.targets {
            if let name = room.routing.target(target)?.name { room.ptt(name, isDown: false) }
        }
    }

    /// What is not at rest; nil when all is.
    var unrest: String? {
        for room in rooms {
            if let unrest = room.rules.unrest(at: room) { return "\(room.name): \(unrest)" }
            for other in rooms where other !== room {
                if let unrest = unrest(of: room, with: other) { return unrest }
            }
        }
        return nil
    }

    private func unrest(of room: Room, with other: Room) -> String? {
        let pair = "\(room.name) with \(other.name)"
        guard let number = room.numbers[other.number], let back = other.numbers[room.number] else {
            return "\(pair): no peer"
        }
        guard let state = room.table.state(of: number), case .up = state.phase else {
            return "\(pair): no session"
        }
        guard room.switchboard.presence.reach(of: number) == .up else { return "\(pair): not up" }
        guard !room.switchboard.voices.isHeard(number) else { return "\(pair): it is heard" }
        return disagreement(of: room, with: other, back).map { "\(pair): \($0)" }
    }

    /// What a stream of one room means in another, where it should mean something else.
    private func disagreement(of room: Room, with other: Room, _ number: Int) -> String? {
        let hearings = other.sound.peer(number).hearings
        for target in room.routing.targets {
            guard let peer = room.numbers[other.number], target.listeners.contains(peer) else {
                continue
            }
            let hearing = hearings[Int(target.stream)]
            guard hearing == meaning(of: target, from: room, at: other, number) else {
                return "stream \(target.stream) means \(hearing)"
            }
        }
        for target in TalkTarget.aimed
        where target.stream != TalkTarget.message && hearings[Int(target.stream)].isHeard {
            return "stream \(target.stream) is heard"
        }
        return nil
    }

    private func meaning(
        of target: TalkTarget, from room: Room, at other: Room, _ number: Int
    ) -> Hearing {
        guard target.reference != 0 else { return .direct }
        let channel = other.settings.channels.first { $0.reference == target.reference }
        guard let channel, channel.members.contains(room.number) else {
            return .ignored(.notMember)
        }
        return channel.isListenedTo ? .channel(channel.number) : .ignored(.notListening)
    }
}
