import Station
import Testing
import Time

@testable import Switchboard

@Suite struct SearchTests {
    private let start = Instant(nanoseconds: 5_000_000_000)
    private var switchboard = Switchboard(
        peers: 4, frames: .init(samples: 480, size: 58, sizeRepeated: 50),
        at: Instant(nanoseconds: 5_000_000_000))

    private mutating func seek(_ talks: [PeerSet] = [], at ms: Int) -> [Order] {
        switchboard.seek(among: [0, 1, 3], talks: talks, at: start + .milliseconds(ms))
        return switchboard.decided
    }

    @Test mutating func namesThatWereNeverFoundAreLookedForEveryTwoSeconds() {
        switchboard.follow(.resolved, of: 0, at: start)
        #expect(seek(at: 0) == [.resolve(peer: 1), .resolve(peer: 3)])
        #expect(seek(at: 1000).isEmpty)
        switchboard.follow(.lookedUp(isFound: true, complaint: nil), of: 3, at: start)
        #expect(seek(at: 2000) == [.resolve(peer: 1)])
    }

    @Test mutating func theListenersOfATalkAreWantedAsLongAsItLasts() {
        for peer in [0, 1, 3] { switchboard.follow(.resolved, of: peer, at: start) }
        #expect(seek([[1, 3], [0]], at: 0) == [1, 3, 0].map { .want(peer: $0) })
        #expect(seek([[1, 3], [0]], at: 1999).isEmpty)
        #expect(seek([[3]], at: 2000) == [.want(peer: 3)])
        #expect(seek(at: 4000).isEmpty)
    }

    @Test mutating func aKeyPressWaitsForNothing() {
        _ = seek(at: 0)
        switchboard.want([0, 3])
        #expect(switchboard.decided == [.want(peer: 0), .want(peer: 3)])
    }
}
