/// What the sound tells: this station's own talk, and the voices of peers.
package enum SoundNews: Equatable, Sendable {
    /// The microphone opened for a target, by its `id`; the name is for people.
    ///
    /// `first` is the number of its first frame, and `isDoubted` says that its listeners did not
    /// hear the talk before.
    case talking(target: Int, name: String?, first: UInt16?, isDoubted: Bool)
    /// The microphone closed for a target.
    case silent(target: Int, name: String?)
    /// A talkspurt is over, and so many frames of it were sent.
    case said(target: Int, frames: Int)
    /// A stream of a peer begins to sound, or ends.
    case receiving(peer: Int, stream: UInt8, isOn: Bool)
}
