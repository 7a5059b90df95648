/** Owns every text of a list of threads, in English. What a failure is called is in the chat's own labels. */
export interface ThreadLabels {
  readonly threads: string;
  readonly archive: string;
  readonly search: string;
  readonly untitled: string;
  readonly empty: string;
  readonly emptyArchive: string;
  readonly noHit: (search: string) => string;
  readonly loading: string;
  readonly loadFailed: string;
  readonly retry: string;
  readonly loadMore: string;
  readonly changeFailed: string;
  /** As it is shown: 100 are as many as are counted. */
  readonly unreadCount: (unread: number) => string;
  readonly unread: (unread: number) => string;
  readonly pinned: string;
  readonly muted: string;
  readonly actionsOf: (title: string) => string;
  readonly title: string;
  readonly rename: string;
  readonly save: string;
  readonly pin: string;
  readonly unpin: string;
  readonly mute: string;
  readonly unmute: string;
  readonly moveToArchive: string;
  readonly moveBack: string;
  readonly remove: string;
  readonly reallyRemove: string;
  /** Today a time, else a date. */
  readonly when: (at: number, now: number) => string;
}

export const ENGLISH_THREADS: ThreadLabels = {
  threads: "Conversations",
  archive: "Archive",
  search: "Search conversations",
  untitled: "New conversation",
  empty: "No conversations yet",
  emptyArchive: "Nothing is archived",
  noHit: (search) => `Nothing was found for “${search}”`,
  loading: "Loading conversations…",
  loadFailed: "The conversations could not be loaded",
  retry: "Retry",
  loadMore: "Load more",
  changeFailed: "That could not be done",
  unreadCount: (unread) => (unread >= 100 ? "99+" : String(unread)),
  unread: (unread) =>
    unread === 1 ? "1 unread message" : `${unread >= 100 ? "More than 99" : unread} unread messages`,
  pinned: "Pinned",
  muted: "Muted",
  actionsOf: (title) => `Actions for ${title}`,
  title: "Title",
  rename: "Rename",
  save: "Save",
  pin: "Pin",
  unpin: "Unpin",
  mute: "Mute",
  unmute: "Unmute",
  moveToArchive: "Move to archive",
  moveBack: "Move back",
  remove: "Delete",
  reallyRemove: "Delete for good",
  when(at, now) {
    const day: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
    const isToday = new Date(at).toDateString() === new Date(now).toDateString();
    return new Intl.DateTimeFormat("en", isToday ? { hour: "numeric", minute: "2-digit" } : day).format(at);
  },
};
