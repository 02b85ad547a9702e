import Testing
import Time
import Wire

@testable import Station

/// What calls and signals of peers want done here.
@Suite struct PeerWantsTests {
    private let call = Int(TalkTarget.call)
    private let id = CallID(high: 1, low: 2)
    private let door = Signal(mid: 7, target: .relay, reference: 1, time: 0)
    private var switchboard = Switchboard.bare()

    init() {
        for peer in 1...2 { switchboard.up(peer: peer, isNewBoot: true, at: start) }
        let policies = [Policy](repeating: Policy(call: .ring, relays: [1]), count: 4)
        switchboard.consent(to: policies, .none, .open, isHalfDuplex: false, at: start)
        _ = switchboard.ordered
    }

    /// Takes all that is to be done now.
    private mutating func wanted() -> [Order] {
        var found: [Order] = []
        while let order = switchboard.nextOrder() { found.append(order) }
        return found
    }

    /// Takes all that is to be done now, and keeps what is for the microphone.
    private mutating func wantedOfMicrophone() -> [Order] {
        wanted().filter {
            switch $0 {
            case .sound(.press), .sound(.aim): true
            default: false
            }
        }
    }

    private mutating func hangUp(_ peer: Int, mid: UInt32) {
        switchboard.receive(.bye(CallEnd(mid: mid, id: id, cause: .normal)), from: peer, at: start)
    }

    // MARK: Calls

    @Test mutating func anAnsweredCallOpensTheMicrophoneForItsPeerAndItsEndClosesIt() throws {
        let offer = Offer(mid: 7, id: id, mode: .call, priority: .normal, ttl: 30_000, reference: 0)
        switchboard.receive(.offer(offer), from: 1, at: start)
        #expect(wantedOfMicrophone().isEmpty)
        try switchboard.answer()
        // Nobody hears it before it is known who does.
        #expect(
            wantedOfMicrophone() == [
                .sound(.aim(target: call, [1])), .sound(.press(target: call, isDown: true)),
            ])
        #expect(switchboard.aims.aim(of: call)?.name == .peers([1]))
        hangUp(1, mid: 8)
        #expect(
            wantedOfMicrophone() == [
                .sound(.press(target: call, isDown: false)), .sound(.aim(target: call, [])),
            ])
        #expect(switchboard.aims.aim(of: call) == Aims.Aim())
    }

    @Test mutating func theMicrophoneOfACallGoesToThoseWhoAreInItAndToNobodyElse() throws {
        var calling = Wish.Calling(id, ringTime: .seconds(30))
        calling.isJoined = true
        try switchboard.call([1, 2], of: 77, calling)
        #expect(wantedOfMicrophone().isEmpty)
        let heard: [(Int, PeerSet)] = [(1, [1]), (2, [1, 2])]
        for (peer, listeners) in heard {
            let answer = Answer(mid: 7, id: id, isMicrophoneOpen: true, isHalfDuplex: false)
            switchboard.receive(.answer(answer), from: peer, at: start)
            #expect(
                wantedOfMicrophone() == [
                    .sound(.aim(target: call, listeners)),
                    .sound(.press(target: call, isDown: true)),
                ])
        }
        hangUp(1, mid: 8)
        #expect(wantedOfMicrophone().contains(.sound(.aim(target: call, [2]))))
        hangUp(2, mid: 8)
        #expect(
            wantedOfMicrophone() == [
                .sound(.press(target: call, isDown: false)), .sound(.aim(target: call, [])),
            ])
    }

    // MARK: Signals

    /// Takes what is to be done about the signals of a peer: the relays, and what it is told.
    private mutating func wantedBySignals() -> (relays: [Order], told: [RequestResult]) {
        var (relays, told): ([Order], [RequestResult]) = ([], [])
        for order in wanted() {
            switch order {
            case .switchRelay: relays.append(order)
            case .send(1, let payload):
                _ = ControlReader.read(payload.bytes.span) {
                    if case .result(let result) = $0 { told.append(result) }
                }
            default: break
            }
        }
        return (relays, told)
    }

    @Test mutating func aSignalSwitchesItsRelayOnceAndIsAnsweredOnceThoughItComesTwice() {
        for wait in [0, 20] {
            switchboard.receive(.signal(door), from: 1, at: start + .milliseconds(wait))
        }
        var done = wantedBySignals()
        #expect(done.relays == [.switchRelay(peer: 1, door)])
        // What came of it is not known yet.
        #expect(done.told.isEmpty)
        switchboard.answer(door, of: 1, with: .unseen)
        switchboard.receive(.signal(door), from: 1, at: start + .milliseconds(40))
        done = wantedBySignals()
        #expect(done.relays.isEmpty)
        #expect(done.told.map { $0.request } == [door.mid])
        #expect(done.told.map { $0.status } == [.unseen])
    }

    @Test(arguments: [false, true])
    mutating func whoLightsTheCallLightIsToldOnceWhetherItIsSeen(hasLamp: Bool) {
        let light = Signal(mid: 7, target: .callLight, reference: 0, time: 300)
        switchboard.hasCallLamp = hasLamp
        for _ in 0..<2 { switchboard.receive(.signal(light), from: 1, at: start) }
        let done = wantedBySignals()
        #expect(done.relays.isEmpty && switchboard.callLight.isLit)
        #expect(done.told.map { $0.request } == [light.mid])
        #expect(done.told.map { $0.status } == [hasLamp ? .done : .unseen])
    }
}
