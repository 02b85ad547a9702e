import Config
import Media
import Report
import Testing
import Time
import Wire

@testable import Crypto
@testable import HAL
@testable import Intercomd
@testable import Peering
@testable import Station

@Suite struct SnapshotPeersTests {
    private let station: Snapshot

    init() throws { station = try Kitchen.snapshot() }

    @Test func protectionIsToldAsTheSessionHasIt() throws {
        #expect(!station.peerStatus(Kitchen.garage).hasPSK)
        station.peers[Kitchen.garage].session = try Kitchen.session(hasPSK: false)
        #expect(!station.peerStatus(Kitchen.garage).hasPSK)
        station.peers[Kitchen.garage].session = try Kitchen.session()
        let status = station.peerStatus(Kitchen.garage)
        #expect(status.hasPSK && status.suite == 2 && status.endpoint == "10.0.0.7:4747")
        #expect(status.sessionAgeSeconds == 90)
        #expect(!station.peerStatus(Kitchen.office).hasPSK)
    }

    @Test func theWayOfItsPacketsIsTold() throws {
        let garage = Kitchen.garage
        func path() -> [String?] {
            let status = station.peerStatus(garage)
            return [status.pathWords, status.detour]
        }
        #expect(path() == [nil, nil])
        station.peers[garage].session = try Kitchen.session()
        #expect(path() == ["direct", nil])
        station.peers[garage].session = PeerState(
            phase: .up(since: Kitchen.now), suite: .aesGCM, hasPSK: true, sessionSince: nil,
            handshakes: 1, endpoint: nil)
        station.peers[garage].session?.forwarder = Kitchen.office
        #expect(
            path() == [
                "by office", "garage is reached by office: no address of it is known here",
            ])
        station.peers[garage].session?.addressCount = 3
        #expect(path()[1] == "garage is reached by office: none of its 3 addresses answers")
        #expect(station.peerStatus(garage).endpoint == nil)
        // Until it is down itself, or another path is found.
        station.peers[garage].session?.hasPath = false
        #expect(
            path()[1]
                == "garage is reached by office: office is down, and there is no other path")
        station.peers[garage].session?.forwarder = nil
        #expect(path() == [nil, nil])
    }

    @Test func aPeerWithoutItsForwarderIsDownForThatReason() throws {
        let station = try Kitchen.snapshot { $0.down(peer: Kitchen.garage, at: Kitchen.now) }
        station.peers[Kitchen.garage].downReason = .forwarderDown(Kitchen.office)
        let status = station.peerStatus(Kitchen.garage)
        #expect(status.path == nil && status.fault?.code == "forwarder_down")
        #expect(status.fault?.text == "office, which passed its packets on, is down")
    }

    @Test func whatIsNotKnownOfAPeerIsLeftOut() {
        let fresh = station.peerStatus(Kitchen.garage)
        #expect(fresh.state == .up)
        #expect(fresh.heardAgeSeconds == nil && fresh.lossPercent == nil && fresh.hearsNow == nil)
        #expect(fresh.heardPercent == nil && fresh.concealedPercent == nil)
        #expect(fresh.delayMilliseconds == nil && fresh.endpoint == nil)
        station.peers[Kitchen.garage].traffic[.lastOpened] = UInt64(
            (Kitchen.now - .seconds(2)).nanoseconds)
        station.peers[Kitchen.garage].traffic[.playoutDelay] = 40
        station.peers[Kitchen.garage].traffic[.loss] = 64
        let status = station.peerStatus(Kitchen.garage)
        #expect(status.heardAgeSeconds == 2 && status.lossPercent == 25)
        #expect(status.bufferMilliseconds == 40)
    }

    @Test func aPeerTalksOnlyWhileItIsHeard() throws {
        station.peers[Kitchen.garage].session = try Kitchen.session()
        #expect(!station.peerStatus(Kitchen.garage).isTalking && station.levels.talkers.isEmpty)
        station.switchboard.handle(
            .receiving(peer: Kitchen.garage, stream: 0, isOn: true), at: Kitchen.now)
        #expect(station.peerStatus(Kitchen.garage).isTalking)
        #expect(station.levels.talkers.map(\.name) == ["garage"])
    }

    @Test func aPeerWithoutAnAddressIsToldAsItIsLookedFor() throws {
        let station = try Kitchen.snapshot { $0.down(peer: Kitchen.garage, at: Kitchen.now) }
        station.peers[Kitchen.garage].downReason = .noAddress
        let alone = try #require(station.peerStatus(Kitchen.garage).fault)
        #expect(alone.text == "has not called, and there is no address to call it at")
        station.isLANSearched = true
        let sought = try #require(station.peerStatus(Kitchen.garage).fault)
        #expect(
            sought.text
                == "has no address here, and does not announce itself to this station on the LAN")
        #expect(sought.fix?.contains("sudo intercomctl peer set garage --address") == true)
        #expect(sought.fix?.contains("may have put this station out") == true)
        #expect(sought.code == "no_address" && alone.code == "no_address")
        // Since the site was taken over, it has not shown itself under the new key.
        station.peers[Kitchen.garage].isInSite = true
        (station.site.hasLeft, station.site.behind) = (true, ["garage"])
        let former = try #require(station.peerStatus(Kitchen.garage).fault)
        #expect(former.text.hasPrefix("is not known to be under the site's key, and is not"))
        let joining = "if it is under another key, there: intercomctl site join; else see"
        #expect(former.fix?.hasPrefix(joining) == true)
        // It has an older list of the present key.
        var older = SiteStatus.Older()
        older.station = "garage"
        station.site.older = [older]
        #expect(station.peerStatus(Kitchen.garage).fault?.text == sought.text)
        (station.site.older, station.site.behind) = ([], [])
        #expect(station.peerStatus(Kitchen.garage).fault?.text == sought.text)
    }

    /// It may have joined, and have put this station out or given its name away: it can tell.
    @Test(arguments: [DownReason.notAccepted, .noAddress])
    func oneOfTheSiteIsAskedWhyItWantsNothingOfThisStation(_ reason: DownReason) throws {
        let station = try Kitchen.snapshot { $0.down(peer: Kitchen.garage, at: Kitchen.now) }
        station.isLANSearched = true
        station.peers[Kitchen.garage].downReason = reason
        for isInSite in [true, false] {
            station.peers[Kitchen.garage].isInSite = isInSite
            let fix = try #require(station.peerStatus(Kitchen.garage).fault?.fix)
            #expect(fix.contains("intercomctl status there"))
            let entry = "not in the site, or under another key: intercomctl site join there"
            #expect(fix.contains(entry) == isInSite)
            if isInSite, reason == .notAccepted {
                #expect(fix.hasSuffix("; if the psks differ: intercomctl pair"))
            }
            let removal = "where the site is introduced: sudo intercomctl site remove garage"
            #expect(fix.contains("if it has left for good, \(removal)") == isInSite)
            // One that was removed there, as a person wants it, is removed here, too.
            if !isInSite, reason == .notAccepted {
                #expect(fix.hasSuffix("with each other: sudo intercomctl peer remove garage"))
            }
        }
    }

    @Test func oneThatItsSiteHasPutOutComesBackByTheSite() throws {
        let station = try Kitchen.snapshot(
            Kitchen.text.replacing("[peer office]", with: "revoked = yes\n[peer office]"))
        let here = try #require(station.peerStatus(Kitchen.garage).fault)
        #expect(here.text.hasPrefix("it was put out, by its site or here:"))
        #expect(here.fix?.hasSuffix(": sudo intercomctl peer set garage --revoked no") == true)
        station.peers[Kitchen.garage].formerName = "shed"
        let down = try #require(station.peerStatus(Kitchen.garage).fault)
        #expect(down.text.hasPrefix("it was put out, by its site: there"))
        #expect(
            down.fix?.contains("where the site is introduced: sudo intercomctl site add shed inter")
                == true)
        #expect(down.fix?.contains("--revoked") == false)
    }

    @Test func anAddressOfThisStationIsNamed() throws {
        let station = try Kitchen.snapshot { $0.down(peer: Kitchen.garage, at: Kitchen.now) }
        let port = station.config.network.port
        station.peers[Kitchen.garage].downReason = .noAnswer
        station.peers[Kitchen.garage].session = Kitchen.down(
            at: try Kitchen.endpoint("10.0.0.9", port))
        #expect(station.downReason(of: Kitchen.garage) == .noAnswer)
        station.ownHosts = ["10.0.0.9"]
        let own = try Kitchen.endpoint("10.0.0.9", port)
        #expect(station.downReason(of: Kitchen.garage) == .ownAddress(own))
        let status = station.peerStatus(Kitchen.garage)
        #expect(status.down.reason == "own_address")
        // No address helps where a copy of this station's card is in the peer's box.
        let fix = try #require(status.fault?.fix)
        #expect(
            fix.hasPrefix(
                "give it its own: sudo intercomctl peer set garage --address ADDRESS; or, if this"
                    + " memory card is a copy, on this station: sudo systemctl stop intercomd, "),
            "\(fix)")
        // Another port of this machine is another station.
        station.peers[Kitchen.garage].session = Kitchen.down(
            at: try Kitchen.endpoint("10.0.0.9", port + 1))
        #expect(station.downReason(of: Kitchen.garage) == .noAnswer)
    }

    @Test func evidenceCountsMoreThanAnAddressOfOurOwn() throws {
        let station = try Kitchen.snapshot { $0.down(peer: Kitchen.garage, at: Kitchen.now) }
        let own = try Kitchen.endpoint("10.0.0.9", station.config.network.port)
        station.peers[Kitchen.garage].session = Kitchen.down(at: own)
        station.ownHosts = ["10.0.0.9"]
        station.peers[Kitchen.garage].downReason = .psk
        #expect(station.downReason(of: Kitchen.garage) == .psk)
    }

    @Test(arguments: [true, false])
    func aNewAddressThatIsNotFoundIsWhyAPeerIsDown(isFound: Bool) throws {
        let station = try Kitchen.snapshot {
            $0.down(peer: Kitchen.garage, at: Kitchen.now)
            $0.moved(Kitchen.garage)
            guard !isFound else { return }
            $0.resolved(Kitchen.garage, isFound: false, complaint: "no such name")
        }
        let own = try Kitchen.endpoint("10.0.0.9", station.config.network.port)
        station.peers[Kitchen.garage].session = Kitchen.down(at: own)
        station.ownHosts = ["10.0.0.9"]
        for reason in [DownReason.psk, .noAnswer] {
            station.peers[Kitchen.garage].downReason = reason
            let known = reason == .psk ? reason : .ownAddress(own)
            #expect(station.downReason(of: Kitchen.garage) == (isFound ? known : .unresolved))
        }
    }

    @Test func thePeerThatIsAtItsAddressIsNamed() throws {
        let station = try Kitchen.snapshot { $0.down(peer: Kitchen.garage, at: Kitchen.now) }
        for (peer, reason) in [(Kitchen.garage, .noAnswer), (Kitchen.office, nil)]
            as [(Int, DownReason?)]
        {
            station.peers[peer].session = try Kitchen.session()
            station.peers[peer].downReason = reason
        }
        #expect(
            station.peerStatus(Kitchen.garage).fault?.text
                == "no answer from 10.0.0.7:4747, where office is now")
        let advice = { station.peerStatus(Kitchen.garage).fault?.fix ?? "" }
        let look = "see whether it is on and intercomd runs there"
        #expect(
            advice().hasPrefix(
                "if office is that box anew: sudo intercomctl peer replace garage office; else "
                    + look))
        station.peers[Kitchen.garage].isInSite = true
        station.site.introducers = ["hall"]
        #expect(
            advice().hasPrefix(
                "if office is that box anew: pair it with hall, which introduces, and there: sudo"
                    + " intercomctl site replace garage PEER; else "))
        station.site.introduces = true
        #expect(advice().contains(": sudo intercomctl site replace garage office; else "))
        station.peers[Kitchen.office].downReason = .noAnswer
        #expect(station.peerStatus(Kitchen.garage).fault?.text == "no answer from 10.0.0.7:4747")
        #expect(advice().hasPrefix(look))
        let way = "; if it was erased or set up anew: sudo intercomctl pair here, and type there"
        #expect(advice().contains(way))
        station.site.introduces = false
        #expect(advice().hasSuffix("anew: intercomctl pair with hall, which introduces"))
    }

    /// A pairing anew has its own address, and the former entry perhaps another one of that box.
    @Test(arguments: [("garage-3", true), ("garage-door", false), ("garages", false)])
    func thePeerThatAPairingHasNumberedIsNamed(name: String, isNamed: Bool) throws {
        let station = try Kitchen.snapshot(
            Kitchen.text.replacing("[peer office]", with: "[peer \(name)]")
        ) { $0.down(peer: Kitchen.garage, at: Kitchen.now) }
        station.peers[Kitchen.garage].session = Kitchen.down(at: try Kitchen.endpoint("10.0.0.9"))
        station.peers[Kitchen.garage].downReason = .noAnswer
        station.peers[Kitchen.office].session = try Kitchen.session()
        let fault = try #require(station.peerStatus(Kitchen.garage).fault)
        #expect(fault.text.hasPrefix("no answer from ") && !fault.text.contains("where"))
        let way = "if garage-3 is that box anew: sudo intercomctl peer replace garage garage-3;"
        #expect(fault.fix?.hasPrefix(way) == isNamed)
        station.isLANSearched = true
        station.peers[Kitchen.garage].downReason = .noAddress
        #expect(station.peerStatus(Kitchen.garage).fault?.fix?.hasPrefix(way) == isNamed)
    }

    @Test func aSilentPeerIsToldBeforeItIsDown() throws {
        let last = Kitchen.now - .seconds(27)
        let station = try Kitchen.snapshot {
            $0.checkPresence(of: Kitchen.garage, heardAt: last, at: Kitchen.now)
        }
        station.peers[Kitchen.garage].traffic[.lastOpened] = UInt64(last.nanoseconds)
        let status = station.peerStatus(Kitchen.garage)
        #expect(status.state == .stale && status.down.reason == nil && !status.isProblem)
        #expect(status.fault?.text == "nothing has come from it for 27 s")
        #expect(status.fault?.fix == "see whether it has power and network")
        expect(
            station.noteLines,
            "garage: nothing has come from it for 27 s -> see whether it has power and network")
        #expect(station.peerStatus(Kitchen.office).fault?.text == nil)
    }

    @Test func aCallerThatIsTakenForAPeerIsNoStranger() throws {
        let station = try Kitchen.snapshot { $0.down(peer: Kitchen.garage, at: Kitchen.now) }
        let place = try Kitchen.endpoint("10.0.0.7")
        station.strangers = [
            .init(
                UnknownCaller(
                    publicKey: station.ownKey, source: place, isProven: false,
                    calledAt: Kitchen.now - .seconds(3)), at: Kitchen.now)
        ]
        #expect(station.callers.map(\.address) == ["10.0.0.7:4747"])
        #expect(station.callers[0].ageSeconds == 3 && !station.callers[0].isProven)
        #expect(station.callers[0].station == nil)
        station.strangers[0].station = "hall"
        #expect(station.callers[0].station == "hall")
        station.peers[Kitchen.garage].downReason = .otherKey(station.ownKey, at: place)
        #expect(station.callers.isEmpty)
        #expect(station.problemLines.count == 1)
        // The command gives it the key that is shown, and keeps the name.
        let text = try #require(station.problemLines.first)
        #expect(text.hasSuffix("here: sudo intercomctl peer replace garage \(station.ownKey.text)"))
        // In a site it is replaced everywhere, as this station is.
        let own = "sudo intercomctl peer replace kitchen \(station.ownKey.text)"
        station.peers[Kitchen.garage].downReason = .toldOtherKey(at: place)
        #expect(station.problems.first?.fix == "there: \(own)")
        // An older card is in its box again, or the former box is on; the site has its own names.
        station.peers[Kitchen.garage].downReason = .otherKey(station.ownKey, at: place)
        station.putOut = [station.ownKey.text: "shed"]
        #expect(
            station.problemLines == [
                "garage: a station at 10.0.0.7:4747 calls with a key that the site took out -> if"
                    + " that is garage with an older memory card: put the newer one back; if it is"
                    + " a former box: switch it off"
            ])
        station.putOut = [:]
        station.peers[Kitchen.garage].downReason = .toldOtherKey(at: place)
        station.peers[Kitchen.garage].isInSite = true
        let site = "where the site is introduced: sudo intercomctl site replace"
        #expect(station.problems.first?.fix == "\(site) kitchen \(station.ownKey.text)")
        station.peers[Kitchen.garage].downReason = .otherKey(station.ownKey, at: place)
        #expect(
            station.problems.first?.fix?.hasSuffix(
                ", then \(site) garage \(station.ownKey.text)") == true)
        // The station that is known to introduce is named.
        station.site.introducers = ["office"]
        let named = "at office, which introduces: sudo intercomctl site replace"
        #expect(station.problems.first?.fix?.contains(", then \(named) garage ") == true)
        station.site.introduces = true
        #expect(station.problems.first?.fix?.contains(", then here: sudo") == true)
        // The list that this station signs has its key: the entry at the peer is wrong, which that
        // list replaces there, if it is in a site.
        station.peers[Kitchen.garage].downReason = .toldOtherKey(at: place)
        #expect(
            station.problems.first?.fix
                == "there: intercomctl site join, or, if nothing is to join, \(own)")
    }

    @Test(arguments: [(59, true), (60, false)])
    func thatAFormerStationStillCallsIsToldWhileItDoes(age: Int, isTold: Bool) throws {
        station.strangers = [
            .init(
                UnknownCaller(
                    publicKey: station.ownKey, source: try Kitchen.endpoint("10.0.0.7"),
                    isProven: true, calledAt: Kitchen.now - .seconds(age)), at: Kitchen.now)
        ]
        #expect(station.callers.count == 1)
        station.strangers[0].formerStation = "hall"
        #expect(!station.callers.isEmpty == isTold)
        station.putOut = [station.ownKey.text: "hall"]
        #expect(station.callers.isEmpty, "the site took it out")
    }

    @Test func aCopiedCardIsToldOnceAPeerReportsIt() throws {
        station.peers[Kitchen.garage].reportsOwnKeyShared = true
        let text = try #require(station.problemLines.first)
        #expect(
            text.hasPrefix(
                "another station uses this station's own key, as garage reports: its memory card"
                    + " was probably copied -> on one of the two: sudo systemctl stop intercomd,"
                    + " sudo find "))
        #expect(
            text.hasSuffix(
                "then intercomctl pair with each of its peers; this line ends within 3 minutes of"
                    + " that"))
        station.site.name = "house"
        #expect(
            station.problems[0].fix?
                .contains("intercomctl pair --join, with the station that introduces; ") == true)
        station.site.name = nil
        station.peers[Kitchen.office].reportsOwnKeyShared = true
        #expect(station.problemLines.count == 1)
        #expect(station.problemLines[0].contains("as garage, office report:"))
        station.ownKeyPlace = "at 10.0.0.7"
        #expect(
            station.problemLines[0].hasPrefix(
                "a station at 10.0.0.7 used this station's own key: its memory card"))
        #expect(station.problemLines[0].hasSuffix("within 10 minutes of that"))
    }
}
