package import Audio
package import Station

/// The volumes and mutes that people have set, for the media loop.
package struct MediaVolumes: Equatable, Sendable {
    /// The gain of all that the speaker plays; each of the others is for its kind alone, and
    /// multiplies with it.
    package var speaker = Gain.unity
    package var ring = Gain.unity
    package var tones = Gain.unity
    package var page = Gain.unity
    /// Whether a person has muted the speaker, and whether its card's own mixer lets nothing
    /// through: why it is not heard.
    package var isSpeakerMuted = false
    package var isCardMuted = false
    /// Whether the microphone's sound is replaced by silence.
    package var isMicrophoneMuted = false
    /// Whether nothing comes of the microphone that a listener could hear: it is muted here or in
    /// its card's mixer, or gone.
    package var isMicrophoneSilent = false
    /// Peers that are not heard; and channels, by number, as bits.
    package var mutedPeers = PeerSet()
    package var mutedChannels: UInt32 = 0

    package init() {}

    package func isMuted(peer: Int, channel: Int?) -> Bool {
        if mutedPeers.contains(peer) { return true }
        guard let channel else { return false }
        return mutedChannels & 1 << UInt32(truncatingIfNeeded: channel) != 0
    }
}
