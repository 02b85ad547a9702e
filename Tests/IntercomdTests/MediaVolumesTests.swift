import Audio
import Config
import Intercomd
import Media
import Report
import Station
import Testing

@testable import Intercomd

/// What the media loop is told of volumes and mutes.
@Suite struct MediaVolumesTests {
    private static let text = """
        [station]
        name = kitchen
        [channel house]
        members = *
        [channel upstairs]
        members = office
        [peer garage]
        key = intercom1:pnhjbg56p77ejrdfuiqag7lar3rvrf6td34xf4d7oseszmhxh4jq:sdyp
        [peer office]
        key = intercom1:b6vgqtwyq22ls7wbnzsd3qz7nkmb3e4qpnhipj2cfxbn6ylk64qa:aaaa

        """

    private let names: Names

    init() throws {
        let config = try config(Self.text)
        let directory = directory(config, [3, 5])
        names = Names(config, directory, Routing(config, directory))
    }

    private func volumes(_ state: SavedState) -> MediaVolumes {
        MediaVolumes(state, names, isCardMuted: false, isMicrophoneSilent: false)
    }

    @Test func eachVolumeIsItsOwn() {
        var state = SavedState()
        #expect(volumes(state) == MediaVolumes())
        (state.volumes[.speaker], state.volumes[.ring]) = (80, 60)
        (state.volumes[.tones], state.volumes[.page]) = (40, 20)
        let volumes = volumes(state)
        #expect(volumes.speaker == Gain(percent: 80) && volumes.ring == Gain(percent: 60))
        #expect(volumes.tones == Gain(percent: 40) && volumes.page == Gain(percent: 20))
        #expect(!volumes.isSpeakerMuted)
        state.isSpeakerMuted = true
        #expect(self.volumes(state).speaker == .muted && self.volumes(state).isSpeakerMuted)
    }

    @Test func namesAreMutedByNumber() throws {
        var state = SavedState()
        state.muted = ["office", "upstairs", "attic"]
        let volumes = volumes(state)
        let number = names.routing.channels[1].number
        #expect(volumes.mutedPeers == [5])
        #expect(volumes.mutedChannels == 1 << UInt32(number))
    }

    @Test func whyNothingIsHeardIsToldApart() {
        var state = SavedState()
        let card = MediaVolumes(state, names, isCardMuted: true, isMicrophoneSilent: true)
        #expect(card.isCardMuted && card.isMicrophoneSilent && !card.isMicrophoneMuted)
        state.isMicrophoneMuted = true
        #expect(volumes(state).isMicrophoneMuted && !volumes(state).isCardMuted)
    }
}
