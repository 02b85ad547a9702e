import Crypto
import Report
import Station
import Testing
import Time
import Wire

@testable import Intercomd

@Suite struct EventTests {
    private let names: Names
    private let station: Snapshot

    init() throws {
        station = try Kitchen.snapshot()
        station.peers[Kitchen.garage].session = try Kitchen.session()
        names = Names(station.config, station.directory, station.routing)
    }

    /// The event of a notice, and whether it took the whole station.
    private func event(of notice: Notice) -> (Event?, ofStation: Bool) {
        var isAsked = false
        let event = names.event(of: notice, at: station.now, wall: 7) {
            isAsked = true
            return station
        }
        return (event, isAsked)
    }

    @Test func peersAndCardsAreToldByTheWholeStationWhereNamesAreNotEnough() {
        let whole: [Notice] = [
            .peerUp(Kitchen.garage), .sharedKey(Kitchen.garage), .overload, .asleep(.capture),
            .awake(.playback),
        ]
        let named: [Notice] = [
            .peerDown(Kitchen.garage), .peerStale(Kitchen.garage), .peerHeard(Kitchen.garage),
            .unresolved(peer: Kitchen.garage, "no such name"), .networkReady, .xrun(.capture),
            .stalled, .overloadEnd, .inCall(.joined, peer: Kitchen.garage),
            .talkBegan(to: "house"), .voiceBegan(peer: Kitchen.garage, channel: nil),
            .signal(peer: Kitchen.garage, .seconds(1)), .noListener(target: "house", []),
        ]
        for notice in whole + named {
            let (event, ofStation) = event(of: notice)
            #expect(event != nil && ofStation == whole.contains(notice), "\(notice)")
        }
        #expect(event(of: whole[0]).0?.detail == "suite 2")
    }

    @Test func aMissedCallHasOneIDForEachPeerAndTime() {
        let record = names.record(ofMissed: Kitchen.garage, at: 60_000)
        #expect(record.isMissed && record.peer == "garage" && record.direction == .incoming)
        #expect(record.timeMilliseconds == 60_000 && record.phase == .end)
        let calls = [(Kitchen.garage, 60_000), (Kitchen.garage, 120_000), (Kitchen.office, 60_000)]
        let others = calls.map { names.record(ofMissed: $0.0, at: $0.1).call }
        #expect(others[0] == record.call && Set(others).count == 3)
        #expect(CallID(record.call)?.text == record.call)
    }

    @Test func secondsOfATalkAreThoseSinceItBegan() throws {
        let since = station.now - .milliseconds(1250)
        let event = try #require(
            event(of: .voiceEnded(peer: Kitchen.office, channel: nil, since: since)).0)
        #expect(event.kind == .talkEnd && event.peer == "office")
        #expect(event.seconds == 1.25 && event.timeMilliseconds == 7)
    }
}
