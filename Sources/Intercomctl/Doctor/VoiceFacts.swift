internal import Config
internal import Control
internal import HAL
internal import Peering

/// Whether a station that is paired by its button can say digits, or beeps them.
struct VoiceFacts {
    /// The directory of the words; nil where the button does not pair.
    var directory: String?
    var missing: [SpokenWord] = []

    init(directory: String?, missing: [SpokenWord]) {
        self.directory = directory
        self.missing = missing
    }

    init(_ situation: Situation) {
        guard let config = situation.config, config.pairingButton != nil else { return }
        let directory = config.sounds.words
        self.directory = directory
        missing = SpokenWord.allCases.filter { word in
            do throws(SystemError) {
                _ = try FileReader("\(directory)/\(word.rawValue).wav")
                return false
            } catch { return true }
        }
    }

    var checks: [Check] {
        guard let directory else { return [] }
        guard !missing.isEmpty else {
            return [.ok(.audio, of: "words", "what pairing says is in \(directory.visible)")]
        }
        let count = SpokenWord.allCases.count
        guard missing.count < count else {
            return [
                .ok(
                    .audio, of: "words",
                    "the talk button pairs with beeps: there are no words in \(directory.visible)",
                    advice: "the package intercomd-voices has them, and tools/voices makes them")
            ]
        }
        return [
            .warn(
                .audio, of: "words",
                "\(missing.count) of \(count) words of pairing are missing in"
                    + " \(directory.visible): beeps are heard in their place",
                fix: "install the package intercomd-voices, or run tools/voices")
        ]
    }
}
