import Testing
import Time

@testable import Station

@Suite struct SearchTests {
    private var switchboard = Switchboard.bare()

    private mutating func second(at ms: Int) -> [Order] {
        switchboard.secondPassed(at: start + .milliseconds(ms))
        return switchboard.decided
    }

    private mutating func configure() {
        let targets = [
            TalkTarget(stream: 3, reference: 77, listeners: [1, 3]),
            TalkTarget(stream: 0, reference: 0, listeners: [0]),
        ]
        switchboard.configure(peers: [0, 1, 3], targets: targets, channels: [], at: start)
    }

    private mutating func talk(to target: Int, _ isOn: Bool) -> [Order] {
        switchboard.handle(isOn ? .talking(target) : .silent(target: target, name: nil), at: start)
        return switchboard.decided.filter {
            if case .want = $0 { true } else { false }
        }
    }

    @Test mutating func namesThatWereNeverFoundAreLookedForEveryTwoSeconds() {
        configure()
        switchboard.resolved(0)
        #expect(second(at: 0) == [.resolve(peer: 1), .resolve(peer: 3)])
        #expect(second(at: 1000).isEmpty)
        switchboard.resolved(3, isFound: true, complaint: nil)
        #expect(second(at: 2000) == [.resolve(peer: 1)])
    }

    @Test mutating func theListenersOfATalkAreWantedAsLongAsItLasts() {
        configure()
        for peer in [0, 1, 3] { switchboard.resolved(peer) }
        #expect(talk(to: 3, true) == [.want(peer: 1), .want(peer: 3)])
        #expect(talk(to: 32, true) == [.want(peer: 0)])
        #expect(second(at: 0) == [1, 3, 0].map { .want(peer: $0) })
        #expect(second(at: 1999).isEmpty)
        #expect(talk(to: 3, false).isEmpty)
        #expect(second(at: 2000) == [.want(peer: 0)])
        #expect(talk(to: 32, false).isEmpty)
        #expect(second(at: 4000).isEmpty)
    }
}
