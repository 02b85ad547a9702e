package import Audio
package import Station

/// The volumes and mutes that people have set, for the media loop.
package struct MediaVolumes: Equatable, Sendable {
    /// The gain of all the speaker's sound; the other gains, each for one kind of sound, multiply
    /// with it.
    package var speaker = Gain.unity
    package var ring = Gain.unity
    package var tones = Gain.unity
    package var page = Gain.unity
    /// Why the speaker is not heard: a person has muted it, or its card's mixer lets nothing
    /// through.
    package var isSpeakerMuted = false
    package var isCardMuted = false
    /// Whether the microphone's sound is replaced by silence.
    package var isMicrophoneMuted = false
    /// Whether the microphone gives nothing that a listener could hear: it is muted here or in its
    /// card's mixer, or gone.
    package var isMicrophoneSilent = false
    /// Muted peers; and muted channels, by number, as bits.
    package var mutedPeers = PeerSet()
    package var mutedChannels: UInt32 = 0

    package init() {}

    package func isMuted(peer: Int, channel: Int?) -> Bool {
        if mutedPeers.contains(peer) { return true }
        guard let channel else { return false }
        return mutedChannels & 1 << UInt32(truncatingIfNeeded: channel) != 0
    }
}
