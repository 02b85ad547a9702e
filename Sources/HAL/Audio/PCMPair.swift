internal import CALSA

/// Microphone and loudspeaker of one station, started so that one clock can serve both.
public enum PCMPair {
    /// Lets the kernel start and stop both together, from any state; false when the cards cannot,
    /// which is common and no fault.
    ///
    /// Both are stopped first, because the kernel does not link a running stream to a stopped one:
    /// call `start`. An xrun of a linked pair stops both, and the transfer that reports it leaves
    /// them prepared: call `start` again.
    public static func link(
        _ capture: inout CapturePCM, _ playback: inout PlaybackPCM
    ) -> Bool {
        // A device that cannot be prepared fails in `start`, which returns the reason.
        _ = capture.handle.reset()
        _ = playback.handle.reset()
        let result = unsafe snd_pcm_link(capture.handle.pcm, playback.handle.pcm)
        capture.handle.isLinked = result == 0
        playback.handle.isLinked = result == 0
        return result == 0
    }

    /// Removes the microphone from a pair whose loudspeaker closes; it is stopped with it.
    public static func unlink(_ capture: inout CapturePCM) {
        unsafe snd_pcm_unlink(capture.handle.pcm)
        capture.handle.isLinked = false
    }

    /// Removes the loudspeaker from a pair whose microphone closes; it is stopped with it.
    public static func unlink(_ playback: inout PlaybackPCM) {
        unsafe snd_pcm_unlink(playback.handle.pcm)
        playback.handle.isLinked = false
    }

    /// Starts both, from any state: silence queued, then capture, then playback.
    ///
    /// From microphone to loudspeaker it then takes exactly `fillSamples`, when each captured
    /// period is played at once. Each recovers from an xrun by itself, but the delay may then be
    /// longer, by as much as the loop was late; starting both again makes it exact.
    ///
    /// Playback thus runs a moment behind capture: when a captured period is ready, there is room
    /// to play one, or nearly; the spare period of the playback buffer covers the rest.
    public static func start(
        _ capture: inout CapturePCM, _ playback: inout PlaybackPCM
    ) throws(PCMError) {
        try capture.handle.require(capture.handle.reset())
        try playback.handle.require(playback.fill(playback.granted.fillSamples))
        // Where they are linked, filling the playback buffer has emptied capture as well.
        try capture.handle.require(capture.handle.prepare() ?? capture.handle.start())
        if !capture.handle.isLinked { try playback.handle.require(playback.handle.start()) }
    }
}
