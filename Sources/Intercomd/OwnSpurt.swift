internal import Control
internal import Station
internal import Time

/// A talkspurt of this station that listeners still report on.
struct OwnSpurt {
    /// Counted since the start.
    let number: Int
    let target: Int
    let name: String?
    var share: HeardShare
    /// Frames that were sent of it, and when; nil while it goes on.
    var ended: (frames: Int, at: Instant)?
    /// Whether no listener is known to hear the talkspurt at this moment.
    var isUnheard = false
    /// Its listeners did not hear what was said last, and none has said yet that it hears this.
    var isDoubted = false
    /// How often that was told, and when last: a peer may say one thing and the other in turn.
    var tellings = 0
    var toldAt = Instant(nanoseconds: .min / 2)
    /// Why this station's microphone gives nothing, or gave nothing last, since when, how long
    /// that was before, and whether it was ever open: the listeners hear silence, and do not know
    /// that it is none.
    private(set) var silence: HeardBy.Reason?
    private var mutedSince: Instant?
    private var mutedMs = 0.0
    private var hasBeenOpen = false

    init(number: Int, target: Int, name: String?, share: HeardShare, isDoubted: Bool) {
        self.number = number
        self.target = target
        self.name = name
        self.share = share
        self.isDoubted = isDoubted
    }

    /// The microphone gives nothing from now on, and why; or it is open.
    mutating func follow(_ silence: HeardBy.Reason?, at now: Instant) {
        guard let silence else {
            hasBeenOpen = true
            return closeMute(at: now)
        }
        self.silence = silence
        // Of one that is gone nothing is sent either.
        if silence == .microphoneLost { closeMute(at: now) } else { mutedSince = mutedSince ?? now }
    }

    /// It is over, so many frames of it were sent.
    mutating func end(frames: Int, at now: Instant) {
        ended = (frames, now)
        closeMute(at: now)
    }

    private mutating func closeMute(at now: Instant) {
        if let since = mutedSince { mutedMs += Double((now - since).nanoseconds) / 1e6 }
        mutedSince = nil
    }

    /// How much of so many milliseconds was said into an open microphone.
    func openShare(ofMs length: Double) -> Double {
        guard hasBeenOpen, length > 0 else { return 0 }
        return max(0, 1 - mutedMs / length)
    }
}
