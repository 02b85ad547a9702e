import Config
import Media
import Peering
import Report
import Testing
import Time
import Wire

@testable import HAL
@testable import Intercomd
@testable import Station

@Suite struct SnapshotNotesTests {
    private let station: Snapshot

    init() throws { station = try Kitchen.snapshot() }

    @Test func aNewStationIsToldWhatComesNext() throws {
        let station = try Kitchen.snapshot("[station]\nname = kitchen\n")
        #expect(station.noteLines == [Advice.unpaired(isInSite: false).sentence])
        station.site.name = "house"
        #expect(station.noteLines == [Advice.unpaired(isInSite: true).sentence])
        station.facts.folder = "/etc/intercom"
        station.isUnconfigured = true
        #expect(station.noteLines == [Advice.unconfigured("/etc/intercom").sentence])
    }

    /// In one line, which those of its peers do not bury.
    @Test func aStationThatItsSiteHasPutOutIsToldSo() {
        station.site.name = "house"
        let note = Advice.putOut(of: "house", station.site, by: []).sentence
        #expect(note.hasSuffix("sudo intercomctl pair --join CODE at the station that introduces"))
        // One that is off says nothing; where as many are up, it may be the other that is behind.
        for (garage, office, isTold) in [
            (.notAccepted, .notAccepted, true), (.notAccepted, .noAnswer, true),
            (.notAccepted, nil, false), (.noAnswer, .noAnswer, false),
        ] as [(DownReason?, DownReason?, Bool)] {
            station.peers[Kitchen.garage].downReason = garage
            station.peers[Kitchen.office].downReason = office
            #expect(station.problemLines.contains(note) == isTold)
            let each = (station.problemLines + station.noteLines)
                .filter { $0.contains("not accept this") }
            #expect(each.isEmpty == (isTold || garage != .notAccepted))
        }
        // The one that has taken the site over is not led to leave it.
        station.peers[Kitchen.office].downReason = .notAccepted
        station.peers[Kitchen.garage].downReason = .notAccepted
        station.site.hasLeft = true
        #expect(station.problemLines.contains { $0.contains("or the owner of its former key") })
        station.site.introduces = true
        station.peers[Kitchen.garage].isInSite = true
        // Neither where most have changed over, nor where nothing is known of one any more.
        for office in [.notAccepted, nil, .noAddress] as [DownReason?] {
            station.peers[Kitchen.office].downReason = office
            let told = station.problemLines.first ?? ""
            #expect(told.contains("is refused by garage: where they use the former key still"))
            #expect(told.contains("taken this one out -> on one of them: intercomctl pair --join"))
            #expect(!station.problemLines.contains { $0.hasPrefix("garage:") })
            #expect(!told.contains("leave"))
        }
        station.isLANSearched = true
        station.peers[Kitchen.garage].downReason = .noAddress
        #expect(station.noteLines.contains { $0.contains("or under its former key: intercomctl") })
        station.peers[Kitchen.garage].downReason = .notAccepted
        station.peers[Kitchen.office].downReason = .notAccepted
        station.site.hasLeft = false
        #expect(station.problemLines.contains { $0.contains("site leave says how") })
        // Without a site each peer has its own line.
        station.site.name = nil
        station.peers[Kitchen.garage].downReason = .notAccepted
        station.peers[Kitchen.office].downReason = .notAccepted
        #expect(!station.problemLines.contains { $0.contains("may have put it out") })
        #expect(station.problemLines.count { $0.contains("not accept this") } == 2)
    }

    @Test func whoHasNotChangedOverIsNamedAndWhoMayNotHave() {
        station.site.name = "house"
        station.site.left = ["garage"]
        let begin = "still under the site's former key, which this station has left: garage"
        let end = " -> to change over, there: intercomctl site join"
        #expect(station.noteLines == [begin + end])
        station.site.unsure = ["barn", "cellar"]
        let more = ", and perhaps barn, cellar, not heard of since"
        #expect(station.noteLines == [begin + more + end])
    }

    /// A site brings its channels and stations by itself.
    @Test func aButtonWithoutItsTargetIsToldAsTheSettingsAre() throws {
        let text = Kitchen.text.split(separator: "\n").map {
            $0 == "talk = garage" ? "talk = up\nhold = signal barn" : String($0)
        }.joined(separator: "\n")
        let station = try Kitchen.snapshot(text, site: "")
        let missing = try config(text, site: "").awaited
        #expect(
            missing.map(\.what) == [
                "talk: there is no channel or peer \"up\" now: nobody hears it",
                "hold: there is no peer \"barn\" now",
            ])
        #expect(station.noteLines == missing.map { "\($0.origin): \($0.what) -> \($0.fix)" })
    }

    /// In a site they come by themselves.
    @Test func aChannelThatIsNotHereIsToldOfWhereAPersonMayAddIt() throws {
        let station = try Kitchen.snapshot { board in
            let binding = StreamBinding(
                mid: 7, stream: 6, purpose: .talk, priority: .normal, reference: 0xBAD)
            board.receive(ControlRecord.stream(binding), from: Kitchen.garage, at: Kitchen.now)
        }
        var isTold: Bool { station.noteLines.contains { $0.hasPrefix("garage: has a channel") } }
        #expect(isTold)
        station.site.offers = [SiteStatus.Offer()]
        #expect(!isTold)
        station.site.offers = []
        station.peers[Kitchen.garage].isInSite = true
        #expect(!isTold)
    }

    @Test func aRingThatNobodyHearsIsToldUnlessALampShowsIt() throws {
        station.state.volumes.ring = 21
        #expect(station.noteLines == [])
        station.state.volumes.ring = 20
        #expect(
            station.noteLines == [
                "no call is heard here: the volume of rings is at 20 % -> intercomctl volume ring"
                    + " 100"
            ])
        // Each by itself would be heard.
        (station.state.volumes.ring, station.state.volumes.speaker) = (60, 60)
        #expect(station.noteLines.count { $0.contains("rings is at 60 %") } == 1)
        let lit = try Kitchen.snapshot(
            Kitchen.text.replacing("show = talking", with: "show = ringing"))
        lit.state.volumes.ring = 0
        #expect(!lit.noteLines.contains { $0.contains("no call") })
    }

    @Test func xrunsAreToldOfWhenTheyAreMoreThanAFewAndMoreThanOneAnHour() throws {
        func note(_ xruns: UInt64, hours: Int) throws -> [String] {
            let station = try Kitchen.snapshot(up: .seconds(hours * 3600))
            station.media[.captureXruns] = xruns - 1
            station.media[.playbackXruns] = 1
            return station.noteLines
        }
        #expect(try note(2, hours: 0) == [])
        #expect(try note(20, hours: 24) == [])
        #expect(
            try note(30, hours: 24) == [
                "30 xruns since the start: sound has gaps -> see what loads the machine (top),"
                    + " or set period = 20ms in [audio]"
            ])
    }

    @Test func aRightToListenThatSleepsIsToldOnlyWherePeersHaveIt() throws {
        func hush(_ board: inout Switchboard) {
            let policies = [Policy](repeating: Policy(), count: PeerDirectory.capacity)
            board.consent(to: policies, .none, .open, isHalfDuplex: false, at: Kitchen.now)
        }
        #expect(try Kitchen.snapshot { hush(&$0) }.noteLines == [])
        let text = Kitchen.text + "[policy office]\ndrop-in = allow\n"
        #expect(try Kitchen.snapshot(text).noteLines == [])
        #expect(try Kitchen.snapshot(text) { hush(&$0) }.noteLines.count == 1)
    }

    @Test func noiseIsToldWhenItIsKnownToBeTooMuch() throws {
        station.media[.signalToNoise] = 401
        #expect(station.noteLines == [])
        station.media[.signalToNoise] = 301
        #expect(station.noteLines == [try #require(Advice.noise(30)).sentence])
    }

    @Test func detoursAreToldOfCardsThatAreOpen() throws {
        station.input.route = PCMRoute(dump: "Hardware PCM card 1 'Card'\nDirect Snoop PCM\n")
        let detours = try #require(station.input.route).detours
        #expect(station.noteLines.count == detours.count)
        station.input.granted = nil
        #expect(station.noteLines == [])
    }

    @Test func aControlThatIsNotThereIsToldOnlyWhereItIsToBeSet() {
        station.output.mixerChange = .init(name: "PCM", percent: 80, isMuted: false)
        #expect(
            station.noteLines == [
                "volume: speaker has no control PCM to set -> amixer scontrols lists them"
            ])
        station.output.control = CardControl(
            name: "PCM", direction: .playback, percent: 80, isMuted: false)
        #expect(station.noteLines == [])
    }
}
