internal import Crypto
internal import HAL
internal import Station

/// What the media loop holds of one peer.
struct MediaPeer: ~Copyable {
    var slots = KeySlots()
    var endpoint: SocketAddress?
    /// Where the `next` session was made; it becomes the endpoint when that becomes current.
    var nextEndpoint: SocketAddress?
    /// Where the sound of each of its streams goes.
    var hearings = InlineArray<32, Hearing>(repeating: .unbound)
}
