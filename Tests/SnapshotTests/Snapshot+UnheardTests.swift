import Audio
import Media
import Report
import Testing
import Time
import Wire

@testable import Intercomd
@testable import Station

@Suite struct SnapshotUnheardTests {
    /// The garage spoke some seconds ago on a stream, and was not heard here.
    private func station(
        _ why: Unheard, _ ago: Duration, on stream: UInt64 = 5, hearing: Hearing = .direct,
        _ text: String = Kitchen.text
    ) throws -> Snapshot {
        let station = try Kitchen.snapshot(text)
        let at = UInt64((Kitchen.now - ago).nanoseconds)
        station.peers[Kitchen.garage].traffic[.unheardAt] = at
        station.peers[Kitchen.garage].traffic[.unheardWhy] = UInt64(why.rawValue) | stream << 8
        station.switchboard.voices.bound(UInt8(stream), of: Kitchen.garage, to: hearing)
        return station
    }

    @Test func aVoiceThatWasNotHeardIsToldForTenMinutes() throws {
        let lately = try station(.outranked, .seconds(599))
        expect(
            lately.hindrances.map(\.text),
            "garage spoke 599 s ago and was not heard here:"
                + " \(try #require(HeardBy.Reason(.outranked)).words)")
        #expect(lately.hindrances[0].ageSeconds == 599)
        #expect(lately.noteLines.count == 1 && lately.problemLines == [])
        #expect(try station(.outranked, .seconds(600)).hindrances == [])
    }

    @Test func whatWasHeardOrIsOverIsNotTold() throws {
        #expect(try station(.heard, .seconds(1)).hindrances == [])
        #expect(try station(.over, .seconds(1)).hindrances == [])
    }

    @Test(arguments: [(5, true), (UInt64(TalkTarget.call), false)])
    func aCallHasNoButtonToLetGo(stream: UInt64, isTold: Bool) throws {
        let text = Kitchen.text.replacing("duplex = full", with: "duplex = half")
        let station = try station(.heldDown, .seconds(3), on: stream, text)
        station.talkingSince = [Int(TalkTarget.call): Kitchen.now - .seconds(60)]
        #expect(station.noteLines.contains { $0.contains("release the button") } == isTold)
    }

    @Test func aVolumeThatIsUpAgainIsToldNoMore() throws {
        var station = try station(.speakerMuted, .seconds(5))
        #expect(station.hindrances == [])
        station.toldVolumes.isSpeakerMuted = true
        #expect(station.hindrances.count == 1)
        // Of a stream that means nothing here now, nobody knows whether it would be heard.
        station = try self.station(.speakerMuted, .seconds(5), hearing: .unbound)
        #expect(station.hindrances.count == 1)
    }

    /// The line of what still holds has the remedy.
    @Test func theRemedyIsToldOnce() throws {
        let spoke = "garage spoke 5 s ago and was not heard here: "
        let muted = try station(.turnedDown, .seconds(5), hearing: .unbound)
        #expect(muted.noteLines[0].contains(" -> unmute it ("))
        for other in ["office", "house"] {
            muted.state.muted = [other]
            #expect(muted.problemLines.contains { $0.hasSuffix(" -> intercomctl unmute \(other)") })
            #expect(muted.noteLines[0].contains(" -> unmute it ("))
        }
        muted.state.muted = ["garage"]
        #expect(muted.noteLines.contains(spoke + HeardBy.Reason.turnedDown.words))
        #expect(muted.problemLines.contains { $0.hasSuffix(" -> intercomctl unmute garage") })
        let silent = try station(.volume, .seconds(5), hearing: .unbound)
        silent.state.volumes[.page] = 0
        #expect(silent.problemLines.contains { $0.hasSuffix(" -> intercomctl volume page 100") })
        #expect(silent.noteLines.contains { $0.hasPrefix(spoke) && $0.contains(" -> ") })
        silent.state.volumes[.speaker] = 0
        #expect(silent.noteLines.contains(spoke + HeardBy.Reason.volume.words))
    }

    @Test func aSpeakerThatIsBackIsToldNoMore() throws {
        let station = try station(.outputLost, .seconds(5))
        #expect(station.hindrances == [])
        station.output.granted = nil
        #expect(station.hindrances.count == 1)
    }

    @Test func doNotDisturbIsToldWhileItHolds() throws {
        let station = try station(.doNotDisturb, .seconds(5))
        #expect(station.hindrances == [])
        station.state.doNotDisturb.isOn = true
        #expect(station.hindrances.count == 1)
        station.state.doNotDisturb.isOn = false
        station.state.isQuietTime = true
        #expect(station.hindrances.count == 1)
    }

    @Test func aPolicyIsToldUntilTheStreamIsHeard() throws {
        #expect(try station(.denied, .seconds(5)).hindrances == [])
        #expect(try station(.denied, .seconds(5), hearing: .ignored(.denied)).hindrances.count == 1)
        #expect(try station(.denied, .seconds(5), hearing: .ignored(.over)).hindrances == [])
    }

    @Test func quietHoursAreNotCalledDoNotDisturb() throws {
        let text = Kitchen.text + "[quiet]\nhours = 22:00-06:30\n"
        let station = try station(.doNotDisturb, .seconds(5), text)
        station.state.isQuietTime = true
        let heard = "garage spoke 5 s ago and was not heard here: "
        #expect(
            station.noteLines == [
                heard + "quiet hours are on until 06:30 -> change hours in [quiet]"
            ])
        station.state.doNotDisturb.isOn = true
        #expect(station.noteLines == [heard + "do not disturb is on -> intercomctl dnd off"])
    }
}
