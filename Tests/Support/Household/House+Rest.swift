internal import Session
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// What must be so when the network is whole and nobody does anything any more.
extension House {
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
        for target in TalkTarget.aimed where hearings[Int(target.stream)].isHeard {
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
