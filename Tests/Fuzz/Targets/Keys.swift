internal import Config
internal import Crypto

extension FuzzTarget {
    /// Texts with keys and addresses in them: what is pasted, and the files of keys.
    static let keys = FuzzTarget(name: "keys") { bytes, isPlanted in
        let text = String(decoding: bytes.array, as: UTF8.self)
        if let key = PublicKey(text: text) {
            precondition(PublicKey(text: key.text) == key, "a key differs when written again")
            _ = (key.short, key.fingerprint)
        }
        if let address = PeerAddress(text: text) {
            planted(isPlanted, at: address.port == 80)
            precondition(PeerAddress(text: address.description) == address)
        } else {
            _ = PeerAddress.complaint(about: text)
        }
        if let key = RecordingPublicKey(text: text) {
            precondition(RecordingPublicKey(text: key.text) == key)
        }
        do throws(KeyFileError) { _ = try RecordingKey.parse(bytes) } catch { _ = "\(error)" }
        do throws(KeyFileError) { _ = try IdentityFile.parse(bytes) } catch { _ = "\(error)" }
        do throws(KeyFileError) { _ = try PSKFile.parse(bytes) } catch { _ = "\(error)" }
    }
}
