import Config
import Media
import Report
import Testing
import Time
import Wire

@testable import HAL
@testable import Intercomd
@testable import Station

@Suite struct SnapshotHindrancesTests {
    private let station: Snapshot

    init() throws { station = try Kitchen.snapshot() }

    private func texts(_ station: Snapshot) -> [String] { station.hindrances.map(\.text) }

    @Test func aSpeakerThatIsMutedIsToldUnlessThereIsToBeNone() {
        station.state.isSpeakerMuted = true
        #expect(texts(station) == ["no voice is heard here: the speaker is muted"])
        #expect(
            station.problemLines == [
                "no voice is heard here: the speaker is muted -> "
                    + HeardBy.Reason.speakerMuted.fix
            ])
        station.output.name = .none
        #expect(texts(station) == [])
    }

    @Test func volumesAreToldWhereTheyAreTooLittle() {
        station.state.volumes[.speaker] = 50
        #expect(texts(station) == [])
        station.state.volumes[.speaker] = 0
        #expect(texts(station) == ["no voice is heard here: the volume is at 0 %"])
        #expect(station.hindrances[0].fix == "intercomctl volume 100")
        station.state.volumes[.speaker] = 100
        station.state.volumes[.page] = 0
        #expect(texts(station) == ["no page is heard here: the volume of pages is at 0 %"])
        #expect(station.hindrances[0].fix == "intercomctl volume page 100")
    }

    @Test func theCardsMixerIsToldWithItsControl() {
        station.silentSpeaker = CardControl(
            name: "PCM", direction: .playback, percent: 0, isMuted: nil)
        expect(
            texts(station), "no voice is heard here: PCM of speaker is at 0 % in the card's mixer")
    }

    @Test func whoIsMutedIsToldOnceAndOnlyWhileTheNameExists() throws {
        station.state.muted = ["garage", "cellar"]
        #expect(texts(station) == ["garage is not heard here: it is muted"])
        #expect(station.hindrances[0].peer == "garage")
        let text = Kitchen.text.replacing("[channel house]", with: "[channel house]\nmute = yes")
        expect(
            texts(try Kitchen.snapshot(text)),
            "channel house is not heard here: it is muted in the settings")
    }

    @Test func anOpenMicrophoneHoldsTheSpeakerDownHalfDuplexOnly() throws {
        let text = Kitchen.text.replacing("duplex = full", with: "duplex = half")
        let garage = try #require(try Kitchen.snapshot().routing.target(named: "garage")).id
        let station = try Kitchen.snapshot(text)
        station.talkingSince = [garage: Kitchen.now - .seconds(59)]
        #expect(texts(station) == [])
        station.talkingSince = [garage: Kitchen.now - .seconds(60)]
        expect(
            texts(station),
            "no voice is heard here: the microphone is open to garage, which holds the speaker"
                + " down (half duplex)")
        let full = try Kitchen.snapshot()
        full.talkingSince = station.talkingSince
        #expect(texts(full) == [])
    }

    @Test func aMutedMicrophoneIsAHindranceWhileSomebodyTalks() {
        let muted = MicrophoneWatch.Facts(
            isMuted: true, isWanted: true, isOpen: true, isCardMuted: false)
        station.switchboard.handle(.microphone(muted, soundAt: Kitchen.now), at: Kitchen.now)
        #expect(texts(station) == [])
        station.talkingSince = [Int(TalkTarget.announcement): Kitchen.now]
        #expect(texts(station) == [])
        station.talkingSince[Kitchen.garage + 32] = Kitchen.now
        expect(
            texts(station),
            "no listener hears this station now: \(HeardBy.Reason.microphoneMuted.words)")
    }

    @Test func aPeerThatSaysItDoesNotHearIsToldWhileTheTalkGoesOn() throws {
        let house = try #require(try Kitchen.snapshot().routing.target(named: "house"))
        func station(_ word: Unheard) throws -> Snapshot {
            let made = try Kitchen.snapshot { board in
                board.handle(
                    .talking(target: house.id, name: "house", first: nil, isDoubted: false),
                    at: Kitchen.now)
                board.receive(
                    .heard(Heard(stream: house.stream, share: 0, why: word, played: nil)),
                    from: Kitchen.office, at: Kitchen.now)
            }
            made.talkingSince = [house.id: Kitchen.now]
            return made
        }
        let deaf = try station(.speakerMuted)
        expect(
            texts(deaf),
            "office does not hear this station now: \(HeardBy.Reason.speakerMuted.words)")
        #expect(deaf.peerStatus(Kitchen.office).hearsNow == "speaker_muted")
        #expect(deaf.peerStatus(Kitchen.garage).hearsNow == nil)
        // Without a network here no peer is blamed.
        deaf.switchboard.handle(Kitchen.unplugged, at: Kitchen.now)
        #expect(texts(deaf) == [])
        let hearing = try station(.heard)
        #expect(texts(hearing) == [])
        #expect(hearing.peerStatus(Kitchen.office).hearsNow == "heard")
        // That of another station: it says nothing of the one that has not spoken.
        #expect(hearing.peerStatus(Kitchen.garage).hearsNow == nil)
    }

    /// The peer says no more of it until somebody talks again.
    @Test func whatMayBeMendedAtAPeerIsNoOrder() throws {
        let house = try #require(try Kitchen.snapshot().routing.target(named: "house"))
        let begin = Kitchen.now - .seconds(10)
        let station = try Kitchen.snapshot { board in
            board.handle(
                .talking(target: house.id, name: "house", first: nil, isDoubted: false), at: begin)
            board.receive(
                .heard(Heard(stream: house.stream, share: 0, why: .speakerMuted, played: nil)),
                from: Kitchen.office, at: begin + .seconds(1))
            board.handle(.said(target: house.id, frames: 300), at: begin + .seconds(3))
            board.tick(at: begin + .seconds(8))
        }
        let found = try #require(station.hindrances.first { $0.peer == "office" })
        #expect(found.text.hasPrefix("office heard nothing of a talk 7 s ago: "))
        #expect(found.fix == "there, if it is so still: intercomctl unmute speaker")
    }
}
