internal import Config
internal import Crypto
internal import Files
internal import HAL
internal import Peering

/// The configuration files, read as the daemon reads them.
struct ConfigFacts {
    let folder: String
    let settings: Situation.Settings
    /// Files and folders of settings that the station's user may not read.
    let hidden: [String]

    /// More mistakes than fit on a screen are for `config check`.
    private static let shown = 5

    init(_ situation: Situation) {
        self.init(
            situation.folder, situation.settings,
            hidden: Self.hidden(in: situation.folder, situation.paths))
    }

    init(_ folder: String, _ settings: Situation.Settings, hidden: [String] = []) {
        self.folder = folder
        self.settings = settings
        self.hidden = hidden
    }

    /// The station's user is the owner of the state directory; what others may do, it may.
    ///
    /// The peers in that directory are read with that user's rights anyway.
    private static func hidden(in folder: String, _ paths: Paths) -> [String] {
        let owner = paths.directory.owner
        guard owner != 0 else { return [] }
        var found: [String] = []
        for place in [folder, "\(folder)/peers.d"] {
            let files = (try? FileStore.names(in: place, suffix: ".conf")) ?? []
            for path in [place] + files.map({ "\(place)/\($0)" }) {
                guard let status = (try? FileStore.status(of: path)) ?? nil else { continue }
                let isHidden = status.owner != owner && status.mode & 0o044 == 0
                if isHidden, !found.contains(path) { found.append(path) }
            }
        }
        return found
    }

    var checks: [Check] {
        read
            + hidden.map { path in
                .fail(
                    .config, "\(path) may not be read by the station's own user",
                    fix: "sudo chmod a+rX \(path)")
            }
    }

    /// What reading the files found.
    private var read: [Check] {
        switch settings {
        case .absent:
            return [
                .fail(
                    .config, "there are no settings in \(folder)/intercomd.conf yet",
                    fix: "sudo intercomctl setup")
            ]
        case .unreadable(let error):
            // Not a fault of the station: the caller lacks the right.
            if error.errno == SystemError.noPermission {
                return [.warn(.config, error.finding, fix: "sudo intercomctl doctor")]
            }
            return [.fail(.config, error.finding, fix: error.fix ?? "intercomctl config check")]
        case .wrong(let error):
            var checks = error.mistakes.prefix(Self.shown).map { mistake in
                Check.fail(
                    .config, "\(mistake.origin): \(mistake.what)", fix: mistake.fix)
            }
            let more = error.mistakes.count - checks.count + error.omitted
            if more > 0 {
                checks.append(
                    .fail(
                        .config, "and \(plural(more, "mistake")) more",
                        fix: "intercomctl config check"))
            }
            return checks
        case .right(let config):
            let peers = plural(config.otherPeers.count, "peer")
            return [.ok(.config, "\(folder)/intercomd.conf + \(peers)")]
                + (config.warnings + PlaceChecks.mistakes(in: config, of: folder)).map { warning in
                    .warn(
                        .config, "\(warning.origin): \(warning.what)", fix: warning.fix)
                }
        }
    }
}

/// The files of keys: whether they exist, their owner, and their permissions.
struct KeyFileFacts {
    /// What can be seen of a file or folder.
    enum Sight: Equatable {
        case absent
        /// No permission to look; then others have none either.
        case hidden
        case seen(mode: UInt32, owner: UInt32)
        /// It is something that no daemon makes, such as a symbolic link; the error says what.
        case refused(SystemError)
    }

    struct PSK {
        let peer: String
        let path: String
        let sight: Sight
        /// What is wrong with its text.
        var fault: String?
    }

    var paths: Paths
    /// The station's user: the owner of the state directory.
    var owner: UInt32?
    var folder = Sight.absent
    var identity = Sight.absent
    var identityFault: String?
    var psks: [PSK] = []
    /// What is wrong with the peers' public keys.
    var mistakes: [Mistake] = []
    var peersWithoutPSK: [String] = []
    /// Peers whose pre-shared key is in a file that another peer names, too.
    var shared: [String] = []
    var peerCount = 0

    init(paths: Paths) { self.paths = paths }
}

extension KeyFileFacts {
    init(_ situation: Situation) {
        self.init(paths: situation.paths)
        folder = sight(of: nil)
        owner = (try? paths.directory.status())?.owner
        identity = sight(of: Paths.identityName)
        var own: PublicKey?
        if case .seen = identity {
            do throws(KeyStoreError) {
                own = try KeyStore.publicKey(paths)
            } catch { identityFault = error.description }
        }
        guard var config = situation.config else { return }
        do throws(KeyChecks.ItselfError) {
            config = try KeyChecks.withoutItself(config, own: own)
        } catch { mistakes = [error.mistake] }
        peerCount = config.peers.count
        mistakes += KeyChecks.keys(of: config.peers, own: own).mistakes
        let site = try? SiteBook.roster(paths)
        var files: [String] = []
        for peer in config.peers {
            switch peer.psk {
            case .none:
                // For a station of the site its introducer vouches (threat-model.md).
                if site?.lists(peer) != true, !peer.isRevoked { peersWithoutPSK.append(peer.name) }
            case .credential: break
            case .file(let name):
                if files.contains(name) { shared.append(peer.name) }
                files.append(name)
                psks.append(psk(of: peer, named: name, sight(of: name)))
            }
        }
    }

    private func psk(of peer: Config.Peer, named name: String, _ sight: Sight) -> PSK {
        var psk = PSK(peer: peer.name, path: "\(paths.keys)/\(name)", sight: sight)
        guard case .seen = sight else { return psk }
        do throws(KeyStoreError) {
            _ = try KeyStore.psk(of: peer, paths)
        } catch { psk.fault = error.description }
        return psk
    }

    /// The folder of keys, or a file in it.
    private func sight(of name: String?) -> Sight {
        let path = Paths.keysName + (name.map { "/\($0)" } ?? "")
        do throws(SystemError) {
            guard let status = try paths.directory.status(of: path) else { return .absent }
            // Reading says what is wrong with it.
            if name != nil, !status.isRegular { _ = try paths.directory.read(path, limit: 0) }
            return .seen(mode: status.mode, owner: status.owner)
        } catch { return Sight(error) }
    }
}

extension KeyFileFacts.Sight {
    fileprivate init(_ error: SystemError) {
        let isMute = error.errno == SystemError.noPermission && error.advice.isEmpty
        self = isMute ? .hidden : .refused(error)
    }
}

extension KeyFileFacts {
    var checks: [Check] {
        var found: [Check] = []
        found += complaint(about: folder, paths.keys, mode: 0o700)
        found += complaint(about: identity, paths.identity, mode: 0o600)
        if found.isEmpty, let identityFault {
            found.append(.fail(.keys, identityFault, fix: "restore \(paths.identity)"))
        }
        for psk in psks { found += complaint(about: psk) }
        found += mistakes.map { mistake in
            .fail(
                .keys, "\(mistake.origin): \(mistake.what)",
                fix: "intercomctl key show on that station")
        }
        if found.isEmpty { found.append(summary) }
        return found + advice
    }

    private var summary: Check {
        switch (folder, identity) {
        case (.hidden, _), (_, .hidden):
            return .ok(
                .keys, "not readable by this user, as intended",
                advice: "sudo intercomctl doctor keys")
        case (.absent, _), (_, .absent):
            return .ok(.keys, "no identity yet; intercomd makes it at its first start")
        // What was refused is a complaint, and then there is no summary.
        case (.seen, .seen), (.refused, _), (_, .refused):
            let secrets = psks.isEmpty ? "" : ", \(plural(psks.count, "pre-shared key"))"
            return .ok(.keys, "identity 0600 in \(paths.keys) 0700\(secrets)")
        }
    }

    /// What works, and could be better.
    private var advice: [Check] {
        peersWithoutPSK.map { peer in
            .ok(
                .keys, of: peer, "no pre-shared key: no post-quantum authentication",
                advice: "sudo intercomctl peer set --psk-file FILE \(peer), on both stations")
        }
            + shared.map { peer in
                .ok(
                    .keys, of: peer, "its pre-shared key is also another peer's",
                    advice: "sudo intercomctl peer set --psk-file FILE \(peer), one for each pair")
            }
    }

    private func complaint(about sight: Sight, _ path: String, mode: UInt32) -> [Check] {
        if case .refused(let error) = sight {
            return [.fail(.keys, error.finding, fix: error.fix ?? "sudo ls -ln \(path)")]
        }
        guard case .seen(let found, let owner) = sight else { return [] }
        if found & 0o077 != 0 {
            return [
                .fail(
                    .keys, "\(path) is \(octal(found)): others have rights on it",
                    fix: "sudo chmod \(octal(mode).dropFirst()) \(path)")
            ]
        }
        guard let station = self.owner, owner != station else { return [] }
        return [
            .fail(
                .keys, "\(path) belongs to user \(owner), the station to user \(station)",
                fix: "sudo chown -h \(station) \(path)")
        ]
    }

    private func complaint(about psk: PSK) -> [Check] {
        if psk.sight == .absent, folder != .hidden {
            return [
                .fail(
                    .keys, of: psk.peer, "there is no \(psk.path)",
                    fix: "sudo intercomctl peer set --psk-file FILE \(psk.peer)")
            ]
        }
        let rights = complaint(about: psk.sight, psk.path, mode: 0o600)
        guard rights.isEmpty, let fault = psk.fault else { return rights }
        return [
            .fail(
                .keys, of: psk.peer, fault,
                fix: "sudo intercomctl peer set --psk-file FILE \(psk.peer)")
        ]
    }
}

/// The permission bits as chmod takes them, with four digits.
private func octal(_ mode: UInt32) -> String {
    let digits = String(mode & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
}
