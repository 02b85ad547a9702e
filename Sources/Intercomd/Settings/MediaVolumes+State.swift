internal import Audio
internal import Config
internal import Media
internal import Report
internal import Station

extension MediaVolumes {
    /// - Parameters:
    ///   - state: What people have set, and whether it is a quiet time.
    ///   - names: The peers and channels that are muted by name.
    ///   - isCardMuted: Whether the mixer of the speaker's card lets nothing through.
    ///   - isMicrophoneSilent: Whether nothing comes of the microphone that could be heard.
    init(_ state: SavedState, _ names: Names, isCardMuted: Bool, isMicrophoneSilent: Bool) {
        self.init()
        speaker = state.isSpeakerMuted ? .muted : Gain(percent: state.volumes.speaker)
        isSpeakerMuted = state.isSpeakerMuted
        self.isCardMuted = isCardMuted
        let quiet = state.isQuietTime ? names.config.quiet.ring : 100
        ring = Gain(percent: min(state.volumes.ring, quiet))
        tones = Gain(percent: state.volumes.tones)
        page = Gain(percent: state.volumes.page)
        isMicrophoneMuted = state.isMicrophoneMuted
        self.isMicrophoneSilent = isMicrophoneSilent
        let (directory, channels) = (names.directory, names.routing.channels)
        mutedPeers = PeerSet(directory.numbers.filter { state.muted.contains(directory[$0].name) })
        for (place, channel) in names.config.channels.enumerated()
        where state.muted.contains(channel.name) && channels.indices.contains(place) {
            mutedChannels |= 1 << UInt32(channels[place].number)
        }
    }
}
