internal import Time
package import Wire

/// What calls, pages, signals and relays want.
extension Switchboard {
    mutating func follow(_ action: CallAction) {
        switch action {
        case .began(let summary): callDesk.began(summary, &orders)
        case .state(_, let state):
            guard let summary = station.call?.summary else { return }
            callDesk.stands(summary, state, &orders)
        case .ended(let summary, let ending): callDesk.ended(summary, ending, &orders)
        case .microphone(let stream, let listeners): open(stream, to: listeners)
        case .notice(let notice, let peer): callDesk.told(notice, of: peer, &orders)
        case .redial(let peer): orders.add(.redial(peer: peer))
        }
    }

    mutating func follow(_ action: PageAction) {
        switch action {
        case .began(let peer, _, let reference, let priority):
            orders.add(.pageBegan(peer: peer, reference: reference, priority))
        case .ended(let peer, _, let isTimeUp):
            orders.add(.pageEnded(peer: peer, isTimeUp: isTimeUp))
        case .timeUp(TalkTarget.page): endPage()
        case .timeUp: stopAnnouncement()
        }
    }

    /// The microphone goes to these in the call, or closes.
    private mutating func open(_ stream: UInt8, to listeners: [Int]) {
        let target = Int(stream)
        if listeners.isEmpty {
            orders.add(.press(target: target, isDown: false))
            aim(stream, at: [], name: .none)
        } else {
            aim(stream, at: PeerSet(listeners), name: .peers(listeners))
            orders.add(.press(target: target, isDown: true))
        }
    }

    /// A peer asks for the call light or a relay here.
    mutating func signalled(_ signal: Signal, by peer: Int) {
        guard signal.target == .callLight else {
            return orders.add(.switchRelay(peer: peer, signal))
        }
        callLight.light(
            by: peer, for: .milliseconds(100 * Int(signal.time)), at: now, &orders)
        station.result(hasCallLamp ? .done : .unseen, of: signal, from: peer, at: now)
    }

    /// What came of `Order.switchRelay`.
    package mutating func switched(
        _ status: RequestResult.Status, for signal: Signal, of peer: Int
    ) {
        station.result(status, of: signal, from: peer, at: now)
    }
}

extension PeerRequests.Outcome {
    /// What a peer has answered; nil: nothing.
    init(_ status: RequestResult.Status?) {
        self =
            switch status {
            case .done?: .done
            case .denied?: .denied
            case .unseen?: .unseen
            case .some: .unknown
            case nil: .noAnswer
            }
    }
}
