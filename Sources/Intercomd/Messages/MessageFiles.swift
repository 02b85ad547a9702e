internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering
internal import Report
internal import Wire

extension Fault {
    /// Describes a disk error that hinders messages.
    init(_ error: SystemError) { self.init("messages", error.finding, fix: error.fix) }
}

/// Reads and writes the files of messages, on a thread of its own because a disk may be slow.
struct MessageFiles: Sendable {
    enum Job: Sendable {
        /// A spoken message for each of its receivers, and their keys in the same order.
        case seal(SpokenMessage, [KeptMessage], to: [RecordingPublicKey])
        case keep(KeptMessage, [UInt8], from: Int)
        case offer(KeptMessage, to: Int)
        case change([Change])
    }

    enum Change: Equatable, Sendable {
        /// Renames this file to the name of the message in another state, and empties the file of a
        /// message without sound.
        case mark(String, KeptMessage)
        case remove(String)
        /// The message key of the peer with this public key.
        case key(RecordingPublicKey, of: String)
    }

    enum Finding: Sendable {
        case done
        case kept([KeptMessage])
        case read([UInt8])
        case unreadable
        case failed(Fault)
        /// The message is lost; the files with these names, of which some may be there, must go.
        case unsealed([String], Fault)
        /// These changes could not be made.
        case unchanged([Change], Fault)
    }

    /// The free space that messages leave on a disk, in bytes.
    private static let diskReserve: UInt64 = 16 << 20

    let paths: Paths
    let suite: Suite
    /// The message key of this station; nil where it has none.
    let own: RecordingPublicKey?

    func path(_ name: String) -> String { "\(paths.messages)/\(name)" }

    func perform(_ job: Job) -> Finding {
        do throws(SystemError) {
            switch job {
            case .seal(let spoken, let messages, let keys):
                return seal(spoken.entries.span, as: messages, to: keys)
            case .keep(let message, let file, _): return try keep(file, as: message)
            case .offer(let message, _):
                let file = try FileStore.read(
                    path(message.fileName), limit: SealedMessage.sizeMax)
                return file.count == message.size ? .read(file) : .unreadable
            case .change(let changes):
                var (left, problem): ([Change], Fault?) = ([], nil)
                for change in changes {
                    do throws(SystemError) { try perform(change) } catch {
                        left.append(change)
                        problem = Fault(error)
                    }
                }
                return problem.map { .unchanged(left, $0) } ?? .done
            }
        } catch { return .failed(Fault(error)) }
    }

    private func perform(_ change: Change) throws(SystemError) {
        switch change {
        case .mark(let name, let message):
            // First, so that a removed message does not return after a power failure.
            if name != message.fileName, try FileStore.status(of: path(name)) != nil {
                try FileStore.rename(path(name), to: path(message.fileName))
            }
            if !message.hasSound { try FileStore.empty(path(message.fileName)) }
        case .remove(let name): try FileStore.remove(path(name))
        case .key(let key, let body):
            try FileStore.write(key.bytes.span, to: path("\(body).key"), mode: 0o600)
        }
    }

    /// Seals a message to each receiver, in a file for each.
    ///
    /// After a power cut or a kill between two files only the first receivers get the message.
    private func seal(
        _ entries: Span<UInt8>, as messages: [KeptMessage], to keys: [RecordingPublicKey]
    ) -> Finding {
        var kept: [KeptMessage] = []
        for (place, message) in messages.enumerated() {
            let file = SealedMessage.seal(
                entries, startMilliseconds: UInt64(message.start), to: keys[place], suite: suite)
            var whole = message
            whole.size = file.count
            // Before the attempt: a file whose folder could not be synced is there.
            kept.append(whole)
            let finding: Finding
            do throws(SystemError) { finding = try write(file, as: whole) } catch {
                finding = .failed(Fault(error))
            }
            guard case .kept = finding else {
                // One that is too large is the first: all have the same size.
                guard case .failed(let fault) = finding else { return finding }
                return .unsealed(kept.map { $0.fileName }, fault)
            }
        }
        return .kept(kept)
    }

    private func write(_ file: [UInt8], as message: KeptMessage) throws(SystemError) -> Finding {
        var whole = message
        whole.size = file.count
        guard SealedMessage.sizes.contains(file.count) else { return .unreadable }
        let free = try DiskSpace(at: paths.messages).freeBytes
        guard free > UInt64(file.count) + Self.diskReserve else {
            return .failed(Fault("messages", "the disk of \(paths.messages) is full"))
        }
        try FileStore.write(file.span, to: path(whole.fileName), mode: 0o600)
        return .kept([whole])
    }

    /// Keeps a message that this station can open.
    private func keep(_ file: [UInt8], as message: KeptMessage) throws(SystemError) -> Finding {
        let entries: [UInt8]?
        do throws(Fault) { entries = try open(file.span) } catch { return .failed(error) }
        guard let entries, let milliseconds = SpokenMessage.milliseconds(of: entries.span) else {
            return .unreadable
        }
        var whole = message
        whole.milliseconds = milliseconds
        return try write(file, as: whole)
    }

    /// Opens a message to this station; nil where the message is for another key.
    private func open(_ file: Span<UInt8>) throws(Fault) -> [UInt8]? {
        guard let own else { throw Fault("messages", "this station has no message key") }
        do throws(StateError) {
            return SealedMessage.open(file, with: try KeyStore.messageKey(paths, known: own))
        } catch { throw Fault("messages", error.description) }
    }

    /// Reads the entries of a kept message; nil where its file is damaged.
    func entries(of message: KeptMessage) throws(Fault) -> [UInt8]? {
        let file: [UInt8]
        do throws(SystemError) {
            file = try FileStore.read(path(message.fileName), limit: SealedMessage.sizeMax)
        } catch { throw Fault(error) }
        return try open(file.span)
    }
}
