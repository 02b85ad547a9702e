internal import CALSA

/// Microphone and loudspeaker of one station, started so that one clock can serve both.
public enum PCMPair {
    /// Lets the kernel start and stop both as one, from whatever state; false when the cards
    /// cannot, which is common and no fault.
    ///
    /// Both are stopped for it: call `start`. The kernel links no running one to one that is not.
    /// An xrun of a linked pair stops both, and the transfer that reports it leaves them prepared:
    /// call `start` again.
    public static func link(
        _ capture: inout CapturePCM, _ playback: inout PlaybackPCM
    ) -> Bool {
        // What cannot be made ready fails in `start`, which says why.
        _ = capture.handle.reset()
        _ = playback.handle.reset()
        let result = unsafe snd_pcm_link(capture.handle.pcm, playback.handle.pcm)
        capture.handle.isLinked = result == 0
        playback.handle.isLinked = result == 0
        return result == 0
    }

    /// Takes the microphone out of a pair whose loudspeaker goes; it is stopped with it.
    public static func unlink(_ capture: inout CapturePCM) {
        unsafe snd_pcm_unlink(capture.handle.pcm)
        capture.handle.isLinked = false
    }

    /// Takes the loudspeaker out of a pair whose microphone goes; it is stopped with it.
    public static func unlink(_ playback: inout PlaybackPCM) {
        unsafe snd_pcm_unlink(playback.handle.pcm)
        playback.handle.isLinked = false
    }

    /// Starts both, from whatever state: silence queued, then capture, then playback.
    ///
    /// From microphone to loudspeaker it then takes `fillSamples` exactly, when each captured
    /// period is played at once. Either one recovers from an xrun by itself, but the delay may be
    /// longer afterwards, by as much as the loop was late; starting both anew makes it exact again.
    ///
    /// Playback thus runs a moment behind capture, and when a captured period is ready, so is the
    /// room for one to be played, or nearly: the spare period of the playback buffer covers it.
    public static func start(
        _ capture: inout CapturePCM, _ playback: inout PlaybackPCM
    ) throws(PCMError) {
        try capture.handle.require(capture.handle.reset())
        try playback.handle.require(playback.fill(playback.granted.fillSamples))
        // Where they are linked, filling has emptied capture as well.
        try capture.handle.require(capture.handle.prepare() ?? capture.handle.start())
        if !capture.handle.isLinked { try playback.handle.require(playback.handle.start()) }
    }
}
