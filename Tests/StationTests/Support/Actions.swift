import Station
import Testing
import Wire

extension Station {
    /// Takes all that is to be done now.
    mutating func drained() -> [Action] {
        var actions: [Action] = []
        while let action = nextAction() { actions.append(action) }
        return actions
    }
}

extension [Station.Action] {
    /// The records that go to this peer, or to all.
    func records(to peer: Int? = nil) -> [ControlRecord] {
        var found: [ControlRecord] = []
        for case .send(let receiver, let payload) in self where receiver == peer ?? receiver {
            #expect(ControlReader.read(payload.bytes.span) { found.append($0) })
        }
        return found
    }

    var hearings: [Hearing] {
        compactMap { if case .hear(_, _, let hearing, _) = $0 { hearing } else { nil } }
    }
}

extension [ControlRecord] {
    var bindings: [StreamBinding] {
        compactMap { if case .stream(let binding) = $0 { binding } else { nil } }
    }

    /// The tokens of the PINGs among them.
    var pings: [UInt32] {
        compactMap { if case .ping(let token) = $0 { token } else { nil } }
    }

    /// The records that are sent until they are acknowledged.
    var numbered: [ControlRecord] { filter { $0.mid != nil } }
}
