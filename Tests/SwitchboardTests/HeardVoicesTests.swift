import Testing
import Time
import Wire

@testable import Station

@Suite struct HeardVoicesTests {
    private var voices = HeardVoices()
    private var orders = Orders()

    /// A stream of peer 1 begins to sound, or ends.
    private mutating func follow(_ stream: UInt8, _ isOn: Bool, at ms: Int) -> [Order] {
        _ = voices.update(stream, of: 1, isOn: isOn, at: start + .milliseconds(ms), &orders)
        return orders.all
    }

    @Test mutating func aVoiceLastsFromItsFirstStreamToItsLast() {
        voices.bound(3, of: 1, to: .channel(3))
        #expect(!voices.isAny && !voices.isHeard(1))
        #expect(follow(3, true, at: 0) == [.notice(.voiceBegan(peer: 1, channel: 3))])
        #expect(follow(0, true, at: 100).isEmpty)
        #expect(follow(3, false, at: 200).isEmpty)
        #expect(voices.isAny && voices.isHeard(1) && !voices.isHeard(2))
        let ended = Notice.voiceEnded(peer: 1, channel: nil, since: start)
        #expect(follow(0, false, at: 300) == [.notice(ended)])
        #expect(!voices.isAny)
    }

    @Test mutating func theBeginningOfAVoiceIsNewsOnce() {
        let news = [(0, true), (0, true), (1, true), (1, false), (0, false), (0, false)]
            .map { (stream: UInt8, isOn: Bool) in
                voices.update(stream, of: 2, isOn: isOn, at: start, &orders)
            }
        #expect(news == [true, false, false, false, false, false])
    }

    @Test mutating func aPageThatIsOverIsRememberedAsItWasHeard() {
        #expect(voices.hearings(of: 1)[30] == .unbound)
        voices.bound(30, of: 1, to: .page(channel: 3, overrides: false))
        voices.bound(30, of: 1, to: .ignored(.over))
        #expect(voices.hearings(of: 1)[30] == .ignored(.over))
        #expect(voices.formerHearings(of: 1)[30] == .page(channel: 3, overrides: false))
        voices.bound(30, of: 1, to: .ignored(.denied))
        #expect(voices.hearings(of: 1)[30] == .ignored(.denied))
    }

    /// What the peer says of its streams comes through the station.
    @Test func theSwitchboardKnowsWhatAStreamMeans() {
        var switchboard = Switchboard.bare()
        let house = Channel(number: 3, reference: 77, members: [1], isListenedTo: true)
        switchboard.configure(peers: [1], targets: [], channels: [house], at: start)
        switchboard.up(peer: 1, isNewBoot: true, at: start)
        let binding = StreamBinding(
            mid: 1, stream: 3, purpose: .talk, priority: .normal, reference: 77)
        switchboard.receive(.stream(binding), from: 1, at: start)
        let orders = switchboard.ordered
        #expect(orders.contains(.sound(.hear(peer: 1, stream: 3, .channel(3), .normal))))
        #expect(switchboard.voices.hearings(of: 1)[3] == .channel(3))
        switchboard.handle(.receiving(peer: 1, stream: 3, isOn: true), at: start)
        switchboard.expect(.notice(.voiceBegan(peer: 1, channel: 3)))
        switchboard.replace(peer: 1, firstMid: 9, at: start)
        #expect(!switchboard.voices.isHeard(1))
    }
}
