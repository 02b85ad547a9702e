import Control
import Crypto
import Station
import Switchboard
import Testing
import Time

@testable import Presentation
@testable import Session

@Suite struct EventTests {
    /// Of each notice, either the names make an event or the whole station does: never both, which
    /// would hide that they differ, and never neither.
    @Test func eachNoticeIsDescribedInOnePlace() throws {
        let station = try Kitchen.snapshot()
        station.peers[Kitchen.garage].session = PeerState(
            phase: .up(since: Kitchen.now), suite: .chaChaPoly, hasPSK: true,
            sessionSince: Kitchen.now, handshakes: 1,
            endpoint: try Kitchen.endpoint("10.0.0.7"), lastOpened: nil)
        let names = Names(station.config, station.roster, station.routing)
        let byName: [Notice] = [
            .inCall(.joined, peer: Kitchen.garage),
            .pageEnded(peer: Kitchen.garage, isTimeUp: true),
            .announcementEnded(to: "house"), .talkBegan(to: "house"),
            .talkEnded(to: "house", since: station.now),
            .voiceBegan(peer: Kitchen.garage, channel: nil),
            .voiceEnded(peer: Kitchen.garage, channel: nil, since: nil),
            .signal(peer: Kitchen.garage, .seconds(1)), .noListener(target: "house", []),
            .heard(target: "house", .seconds(2), []),
        ]
        for notice in byName {
            #expect(names.event(of: notice, at: station.now, wall: 0) != nil, "\(notice)")
            #expect(station.event(of: notice, wall: 0) == nil, "\(notice)")
        }
        let byStation: [Notice] = [
            .peerUp(Kitchen.garage), .peerDown(Kitchen.garage), .peerStale(Kitchen.garage),
            .peerHeard(Kitchen.garage), .unresolved(peer: Kitchen.garage, "no such name"),
            .sharedKey(Kitchen.garage), .networkReady, .xrun(.capture), .stalled, .overload,
            .overloadEnd, .asleep(.capture), .awake(.playback),
        ]
        for notice in byStation {
            #expect(names.event(of: notice, at: station.now, wall: 0) == nil, "\(notice)")
            #expect(station.event(of: notice, wall: 0) != nil, "\(notice)")
        }
    }

    @Test func secondsOfATalkAreThoseSinceItBegan() throws {
        let station = try Kitchen.snapshot()
        let names = Names(station.config, station.roster, station.routing)
        let since = station.now - .milliseconds(1250)
        let event = try #require(
            names.event(
                of: .voiceEnded(peer: Kitchen.office, channel: nil, since: since),
                at: station.now, wall: 7))
        #expect(event.kind == .talkEnd && event.peer == "office")
        #expect(event.seconds == 1.25 && event.timeMilliseconds == 7)
    }
}
