// What is truly shared by all pages: running work, the wallet's figures, the live connection, short messages.
import { combineReducers, configureStore, createAction, createSlice, type PayloadAction } from "@reduxjs/toolkit";
import { useDispatch, useSelector } from "react-redux";
import type { Shape } from "../api/client";

export type Job = Shape<"JobView">;

interface Jobs {
  byId: Record<string, Job>;
  hidden: Record<string, true>;
  /** Whether the desk was asked already; before that, work that is not here may well be going on. */
  listed: boolean;
}

const jobs = createSlice({
  name: "jobs",
  initialState: { byId: {}, hidden: {}, listed: false } as Jobs,
  reducers: {
    /** All work the desk knows; what it does not name any more is gone. */
    jobsListed(state, { payload }: PayloadAction<Job[]>) {
      state.byId = Object.fromEntries(payload.map((job) => [job.id, job]));
      state.listed = true;
    },
    /** One piece of work moved. News that is older than what we hold is dropped. */
    jobMoved(state, { payload }: PayloadAction<Job>) {
      const held = state.byId[payload.id];
      if (!held || held.updated <= payload.updated) state.byId[payload.id] = payload;
    },
    jobHidden(state, { payload }: PayloadAction<string>) {
      state.hidden[payload] = true;
    },
  },
});

export type Connection = "connecting" | "open" | "lost";

interface Live {
  connection: Connection;
  unread: number;
  alarm: string | null;
  /** Counts sync news, so that pages can say "just now" without asking. */
  epoch: number | null;
}

const live = createSlice({
  name: "live",
  initialState: { connection: "connecting", unread: 0, alarm: null, epoch: null } as Live,
  reducers: {
    connectionIs(state, { payload }: PayloadAction<Connection>) {
      state.connection = payload;
    },
    unreadIs(state, { payload }: PayloadAction<number>) {
      state.unread = payload;
    },
    alarmRaised(state, { payload }: PayloadAction<string>) {
      state.alarm = payload;
    },
    mirrored(state, { payload }: PayloadAction<number>) {
      state.epoch = payload;
    },
  },
});

export type Tone = "plain" | "good" | "warn" | "bad";

export interface Toast {
  id: number;
  tone: Tone;
  text: string;
  /** Where to look, when there is somewhere. */
  link?: { to: string; text: string } | undefined;
}

const toasts = createSlice({
  name: "toasts",
  initialState: { next: 1, shown: [] as Toast[] },
  reducers: {
    said(state, { payload }: PayloadAction<Omit<Toast, "id">>) {
      state.shown = [...state.shown.filter((toast) => toast.text !== payload.text), { ...payload, id: state.next }].slice(-3);
      state.next += 1;
    },
    heardToast(state, { payload }: PayloadAction<number>) {
      state.shown = state.shown.filter((toast) => toast.id !== payload);
    },
  },
});

interface Purse {
  balance: string | null;
  inFlight: string | null;
  currency: string;
}

const purse = createSlice({
  name: "purse",
  initialState: { balance: null, inFlight: null, currency: "tUSD" } as Purse,
  reducers: {
    purseCounted(_state, { payload }: PayloadAction<Purse>) {
      return payload;
    },
  },
});

export const { jobsListed, jobMoved, jobHidden } = jobs.actions;
export const { connectionIs, unreadIs, alarmRaised, mirrored } = live.actions;
export const { said, heardToast } = toasts.actions;
export const { purseCounted } = purse.actions;

/** The desk was locked: what is not shown is not kept. */
export const forgotten = createAction("forgotten");

const all = combineReducers({ jobs: jobs.reducer, live: live.reducer, toasts: toasts.reducer, purse: purse.reducer });

/** A fresh store; tests make their own. */
export const makeStore = () => configureStore<ReturnType<typeof all>>({ reducer: (state, action) => all(forgotten.match(action) ? undefined : state, action) });

export type Store = ReturnType<typeof makeStore>;
export type State = ReturnType<Store["getState"]>;
export const useStore = useSelector.withTypes<State>();
export const useTell = useDispatch.withTypes<Store["dispatch"]>();

/** Work that is still going on, oldest first. */
export const running = (state: State): Job[] =>
  Object.values(state.jobs.byId)
    .filter((job) => job.state === "running" || job.state === "waiting")
    .sort((a, b) => a.began.localeCompare(b.began));

/** Work worth showing in the list: what runs, and what ended without being hidden, newest first. */
export const shownJobs = (state: State): Job[] =>
  Object.values(state.jobs.byId)
    .filter((job) => !state.jobs.hidden[job.id])
    .sort((a, b) => b.began.localeCompare(a.began));
