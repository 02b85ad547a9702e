import Testing
import Time
import Wire

@testable import Station

extension Switchboard {
    /// One that knows of nothing but these.
    init(targets: [TalkTarget], channels: [Channel], firstMids: [UInt32]) {
        self.init(
            targets: targets, channels: channels, firstMids: firstMids,
            frames: .init(samples: 480, size: 58, sizeRepeated: 50), at: Instant(nanoseconds: 0))
    }

    /// Takes all that is to be done now.
    mutating func drained() -> [Order] {
        var orders: [Order] = []
        while let order = nextOrder() { orders.append(order) }
        return orders
    }

    mutating func configure(targets: [TalkTarget], channels: [Channel], at now: Instant) {
        configure(peers: [], targets: targets, channels: channels, at: now)
    }

    /// People here are told of listeners.
    mutating func consent(to policies: [Policy], _ availability: Availability, at now: Instant) {
        let signs = Consent.Signs(
            isSpeakerOpen: true, canBeep: true, hasTalkLamp: true, ring: ringUnheard)
        consent(to: policies, signs, availability, isHalfDuplex: false, at: now)
    }

    mutating func bind(_ target: TalkTarget, at now: Instant) {
        self.now = now
        bind(target)
    }

    mutating func measure(_ peer: Int, at now: Instant) {
        self.now = now
        measure(peer)
    }

    mutating func ask(
        _ peer: Int, _ target: Signal.Target, reference: UInt64, time: Duration,
        called what: String, at now: Instant
    ) -> UInt32 {
        self.now = now
        return ask(peer, target, reference: reference, time: time, called: what)
    }

    /// Why there is no call, if so.
    mutating func call(
        _ listeners: [Int], id: CallID, mode: Offer.Mode = .call, priority: Priority = .normal,
        reference: UInt64 = 0, isJoined: Bool = false, at now: Instant
    ) -> Wish.Problem? {
        self.now = now
        var calling = Wish.Calling(id, mode: mode, priority: priority, ringTime: .seconds(30))
        calling.isJoined = isJoined
        do throws(Wish.Problem) {
            try call(listeners, of: reference, calling)
            return nil
        } catch { return error }
    }

    /// A person does this about the call.
    mutating func handle(_ wish: Wish, at now: Instant) {
        _ = try? handle(wish, with: (true, true), at: now)
    }
}

extension [Order] {
    /// The records that go to this peer, or to all.
    func records(to peer: Int? = nil) -> [ControlRecord] {
        var found: [ControlRecord] = []
        for case .send(let receiver, let payload) in self where receiver == peer ?? receiver {
            #expect(ControlReader.read(payload.bytes.span) { found.append($0) })
        }
        return found
    }

    var hearings: [Hearing] {
        compactMap { if case .sound(.hear(_, _, let hearing, _)) = $0 { hearing } else { nil } }
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
